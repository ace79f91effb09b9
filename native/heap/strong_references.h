#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// The references between objects but the weak ones, in both directions; those to types are not among them.
class StrongReferences {
 public:
  explicit StrongReferences(const HeapIndex& heap) : heap_(heap), has_weak_(heap.shapes().size() + 1) {
    for (size_t row = 0; row < heap.shapes().size(); ++row) {
      const ShapeRow& shape = heap.shapes()[row];
      const auto fields = heap.fields().subspan(shape.first_field, shape.named);
      const bool in_tail =
          std::find(shape.tail, shape.tail + shape.tail_count, HD_REF_WEAK) != shape.tail + shape.tail_count;
      has_weak_[row] =
          in_tail || std::ranges::find(fields, uint32_t{HD_REF_WEAK}, &FieldRow::kind) != fields.end();
    }
  }

  const HeapIndex& heap() const { return heap_; }

  // `each(source, position)` of what refers to an object, until it returns false.
  template <typename Each>
  void holders(uint32_t id, Each each) const {
    const Range rows = heap_.referrers(id);
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const auto [source, position] = heap_.referrer(row);
      if (source == kNone || is_weak(source, position)) continue;
      if (!each(source, position)) return;
    }
  }
  // `each(target, position)` of what an object refers to.
  template <typename Each>
  void held(uint32_t id, Each each) const {
    const Range rows = heap_.positions(id);
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const uint32_t target = heap_.target(row);
      if (target != kNone && !is_weak(id, row - rows.begin)) each(target, row - rows.begin);
    }
  }

 private:
  bool is_weak(uint32_t id, uint64_t position) const {
    return has_weak_[heap_.shape_row(id)] && heap_.kind(id, position) == HD_REF_WEAK;
  }

  const HeapIndex& heap_;
  std::vector<bool> has_weak_;  // by row of shapes()
};

}  // namespace heapdump
