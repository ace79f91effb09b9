#include "heap/attributes.h"

#include <algorithm>

#include "heap/category.h"
#include "heap/namespaces.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Entries of a `__dict__` that are looked through.
constexpr uint64_t kMostEntries = 512;

uint32_t local_in(const HeapIndex& heap, uint32_t id, std::string_view name) {
  const ShapeRow& shape = heap.shape(id);
  const Range rows = heap.positions(id);
  for (uint32_t i = 0; i < shape.named && i < rows.size(); ++i) {
    const FieldRow& field = heap.fields()[shape.first_field + i];
    if (field.kind == HD_REF_LOCAL && heap.text(field.label) == name) return heap.target(rows.begin + i);
  }
  return kNone;
}

}  // namespace

uint32_t attribute_of(const HeapIndex& heap, uint32_t id, std::string_view name) {
  if (const uint32_t value = field_of(heap, id, name); value != kNone) return value;
  const uint32_t dict = field_of(heap, id, "__dict__");
  const Range rows = dict == kNone ? Range{} : heap.positions(dict);
  for (uint64_t position = 1; position < std::min(rows.size(), kMostEntries); ++position) {
    if (heap.kind(dict, position) != HD_REF_VALUE) continue;
    const uint32_t key = heap.target(rows.begin + position - 1);
    if (key != kNone && whole_str(heap, key) == name) return heap.target(rows.begin + position);
  }
  return kNone;
}

uint32_t frame_of(const HeapIndex& heap, uint32_t generator) {
  for (const std::string_view label : {"cr_frame", "gi_frame", "ag_frame"}) {
    if (const uint32_t frame = field_of(heap, generator, label); frame != kNone) return frame;
  }
  return kNone;
}

uint32_t local_of(const HeapIndex& heap, uint32_t generator, std::string_view name) {
  if (const uint32_t value = local_in(heap, generator, name); value != kNone) return value;
  const uint32_t frame = frame_of(heap, generator);
  return frame == kNone ? kNone : local_in(heap, frame, name);
}

}  // namespace heapdump
