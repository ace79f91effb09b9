#pragma once
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

inline void plan_neighbours(const HeapIndex& heap, Plan& plan, int kind_column) {
  const int code = plan_kinds(plan, kind_column);
  const double rows = static_cast<double>(heap.references() + heap.objects()) / (1.0 + heap.objects());
  plan.answer(code, rows + 4, rows);
}

}  // namespace heapdump
