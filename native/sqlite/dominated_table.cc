#include "sqlite/table.h"

namespace heapdump {
namespace {

struct Dominated {
  uint32_t id = kNone;
  size_t depth = 0;
};

constexpr Column kColumns[] = {
    {"id", kInteger,
     "object.id of an object that would be freed with the argument; the argument first, then each object "
     "before those it dominates",
     [](const Dominated& row) { return row.id; }},
    {"depth", kInteger, "steps in the tree of dominators, 0 for the object itself",
     [](const Dominated& row) { return row.depth; }},
    {"object", kInteger, "argument: object.id", Argument::kNeeded},
};

class DominatedCursor : public CursorOf<Dominated> {
 public:
  explicit DominatedCursor(OpenHeap& heap) : heap_(heap) { stand_on(&at_); }

  void filter(const Scan& scan) override {
    const uint32_t object = scan.arguments.id(0, heap_);
    walk_ = object == kNone ? Preorder() : heap_.dominator_tree().preorder(object);
    stand();
  }

  bool eof() const override { return at_.id == kNone; }

  void next() override {
    walk_.next();
    stand();
  }

  int64_t rowid() const override { return at_.id; }

 private:
  void stand() { at_ = {walk_.id(), walk_.depth()}; }

  OpenHeap& heap_;
  Dominated at_;
  Preorder walk_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() / 4.0 + 4, heap->objects() / 100.0}; }

}  // namespace

extern const Table kDominatedTable =
    declare_table<DominatedCursor, kColumns>("dominated", TableKind::kFunction, estimate);

}  // namespace heapdump
