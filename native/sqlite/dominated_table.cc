#include "sqlite/table.h"

namespace heapdump {
namespace {

struct Dominated {
  uint32_t id = kNone;
  size_t depth = 0;
};

constexpr Column kColumns[] = {
    {"id", kInteger,
     "object.id of an object that would be freed with the one asked for; itself first, then each before what "
     "it dominates",
     [](const Dominated& row) { return row.id; }},
    {"depth", kInteger, "steps in the tree of dominators, 0 for the object itself",
     [](const Dominated& row) { return row.depth; }},
    {"object", kInteger, "argument: object.id of the one asked for", Argument::kNeeded},
};

class DominatedCursor : public CursorOf<Dominated> {
 public:
  explicit DominatedCursor(OpenHeap& heap) : heap_(heap) { stand_on(&at_); }

  void filter(const Scan& scan) override {
    at_.id = scan.arguments.id(0, heap_);
    above_.clear();
    seen_ = 0;
    at_.depth = 0;
  }

  bool eof() const override { return at_.id == kNone; }

  void next() override {
    go_on();
    at_.depth = above_.size();
  }

  int64_t rowid() const override { return at_.id; }

 private:
  void go_on() {
    const ObjectTree& tree = heap_.dominator_tree();
    const uint32_t child = tree.first_child(at_.id);
    // The bound holds if a damaged index leads in a circle.
    if (child != kNone && ++seen_ < heap_.objects()) {
      above_.push_back(at_.id);
      at_.id = child;
      return;
    }
    while (!above_.empty()) {
      at_.id = tree.next_sibling(at_.id);
      if (at_.id != kNone) return;
      at_.id = above_.back();
      above_.pop_back();
    }
    at_.id = kNone;
  }

  OpenHeap& heap_;
  Dominated at_;
  std::vector<uint32_t> above_;
  uint64_t seen_ = 0;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() / 4.0 + 4, heap->objects() / 100.0}; }

}  // namespace

extern const Table kDominatedTable =
    declare_table<DominatedCursor, kColumns>("dominated", TableKind::kFunction, estimate);

}  // namespace heapdump
