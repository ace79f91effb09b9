#include "heap/holders.h"
#include "sqlite/kinds.h"
#include "sqlite/reference_walk.h"
#include "sqlite/table.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"id", kInteger,
     "object.id of an object that holds the one asked for: the instance, if its __dict__ does",
     [](const Hold& hold) { return Id{hold.holder}; }},
    {"kind", kText,
     "as reference.kind, never type or weak; attribute for an entry of a __dict__ whose key is a name",
     [](OpenHeap& heap, const Hold& hold) { return reference_kind_name(kind_of(heap, hold)); }},
    {"label", kText, "as reference.label; of an attribute its name",
     [](OpenHeap& heap, const Hold& hold) { return label_of(heap, hold); }},
    {"part", kText, "as reference.part: what it adds to the path of the holder",
     [](OpenHeap& heap, const Hold& hold) { return format_hold(heap, hold); }},
    {"object", kInteger, "argument: object.id of the one asked for", Argument::kNeeded},
};

class HoldersCursor : public CursorOf<Hold> {
 public:
  explicit HoldersCursor(OpenHeap& heap) : heap_(heap), walk_(heap) { stand_on(&hold_); }

  void filter(const Scan& scan) override {
    const uint32_t object = scan.arguments.id(0, heap_);
    if (object == kNone) return walk_.nothing();
    walk_.to(object, kStrongKinds);
    load();
  }

  bool eof() const override { return walk_.done(); }
  void next() override {
    walk_.next();
    load();
  }
  int64_t rowid() const override { return static_cast<int64_t>(walk_.rowid()); }

 private:
  void load() {
    for (; !walk_.done(); walk_.next()) {
      const auto hold = heap_.holders().to_held(walk_.source(), walk_.position(), walk_.target());
      if (!hold) continue;
      hold_ = *hold;
      return;
    }
  }

  OpenHeap& heap_;
  ReferenceWalk walk_;
  Hold hold_{};
};

Estimate estimate(const HeapIndex* heap) {
  const double rows = static_cast<double>(heap->references()) / (1.0 + heap->objects());
  return {2 * rows + 4, rows};
}

}  // namespace

extern const Table kHoldersTable =
    declare_table<HoldersCursor, kColumns>("holders", TableKind::kFunction, estimate);

}  // namespace heapdump
