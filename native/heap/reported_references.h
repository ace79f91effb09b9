#pragma once
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// The references that tp_traverse reports, which are those that the collector knows; that to the type is one
// of them in most objects of a heap type.
class ReportedReferences {
 public:
  explicit ReportedReferences(const HeapIndex& heap) : heap_(heap), by_shape_(heap.shapes().size() + 1) {
    for (size_t row = 0; row < heap.shapes().size(); ++row) {
      const ShapeRow& shape = heap.shapes()[row];
      const TypeRow& type = heap.types()[shape.type];
      const bool reports_type = (type.flags & kHeapType) != 0 && (shape.unreported & HD_UNREPORTED_TYPE) == 0;
      by_shape_[row].type = reports_type ? type.object : kNone;
      bool all = (shape.unreported & HD_UNREPORTED_TAIL) == 0;
      for (uint8_t i = 0; i < shape.tail_count; ++i) all &= (shape.tail[i] & ~HD_REF_INDEXED) != HD_REF_WEAK;
      for (const FieldRow& field : heap.fields().subspan(shape.first_field, shape.named))
        all &= field.is_unreported == 0 && field.kind != HD_REF_WEAK;
      by_shape_[row].all = all;
    }
  }

  // `each(target)` of an object's, as often as it refers to it.
  template <typename Each>
  void held(uint32_t id, Each each) const {
    const uint32_t row = heap_.shape_row(id);
    const Shape& shape = by_shape_[row];
    const Range rows = heap_.positions(id);
    for (uint64_t at = rows.begin; at < rows.end; ++at) {
      const uint32_t target = heap_.target(at);
      if (target != kNone && (shape.all || reports(id, row, at - rows.begin))) each(target);
    }
    if (shape.type != kNone) each(shape.type);
  }

 private:
  struct Shape {
    uint32_t type = kNone;  // the type object, if objects report it
    bool all = true;        // whether all other references are reported
  };

  bool reports(uint32_t id, uint32_t row, uint64_t position) const {
    if (heap_.kind(id, position) == HD_REF_WEAK) return false;
    if (row >= heap_.shapes().size()) return true;
    const ShapeRow& shape = heap_.shapes()[row];
    return position < shape.named ? heap_.fields()[shape.first_field + position].is_unreported == 0
                                  : (shape.unreported & HD_UNREPORTED_TAIL) == 0;
  }

  const HeapIndex& heap_;
  std::vector<Shape> by_shape_;
};

}  // namespace heapdump
