#pragma once
#include "heap/kind_names.h"
#include "sqlite/reference_plan.h"

namespace heapdump {

// The references to an object, or those from it: the object is the one argument.
template <bool kReferrers>
class NeighbourCursor : public CursorOf<ReferenceWalk> {
 public:
  explicit NeighbourCursor(const HeapIndex& heap) : heap_(heap), walk_(heap) { stand_on(&walk_); }

  void filter(const Scan& scan) override {
    const uint32_t object = scan.arguments.id(0, heap_);
    const Kinds kinds = kinds_asked(scan.plan, scan.values);
    if (object == kNone || kinds == 0) return walk_.nothing();
    if (kReferrers) {
      walk_.to(object, kinds);
    } else {
      walk_.from(object, kinds);
    }
  }

  bool eof() const override { return walk_.done(); }
  void next() override { walk_.next(); }
  int64_t rowid() const override { return static_cast<int64_t>(walk_.rowid()); }

 private:
  const HeapIndex& heap_;
  ReferenceWalk walk_;
};

// The columns of both, after `id`.
inline constexpr Column kNeighbourColumns[] = {
    {"kind", kText, "as reference.kind; those of kind type come last",
     [](const ReferenceWalk& walk) { return reference_kind_name(walk.kind()); }},
    {"label", kText, "as reference.label",
     [](OpenHeap& heap, const ReferenceWalk& walk) { return label_of(heap, walk); }},
    {"part", kText, "as reference.part",
     [](OpenHeap& heap, const ReferenceWalk& walk) { return part_of(heap, walk); }},
    {"position", kInteger, "as reference.position",
     [](const ReferenceWalk& walk) { return position_of(walk); }},
    {"object", kInteger, "argument: object.id", Argument::kNeeded},
};

inline void plan_neighbours(const HeapIndex& heap, Plan& plan) {
  const int code = plan_kinds(plan, 1 + column_named(kNeighbourColumns, "kind"));
  const double rows = static_cast<double>(heap.references() + heap.objects()) / (1.0 + heap.objects());
  plan.answer(code, rows + 4, rows);
}

}  // namespace heapdump
