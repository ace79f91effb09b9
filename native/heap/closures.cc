#include "heap/closures.h"

#include "heap/category.h"

namespace heapdump {

std::string free_variable(const HeapIndex& heap, uint32_t function, uint64_t position, uint64_t count) {
  const uint32_t code = field_of(heap, function, "__code__");
  uint32_t names = code == kNone ? kNone : field_of(heap, code, "co_freevars");
  if (names == kNone && code != kNone) names = field_of(heap, code, "co_localsplusnames");
  if (names == kNone) return {};
  const Range rows = heap.positions(names);  // the free variables come last
  if (rows.size() < count) return {};
  const uint32_t name = heap.target(rows.end - count + position);
  const auto content = name == kNone ? std::nullopt : heap.content(name);
  return content && content->is_text && !content->cut ? std::string(content->bytes) : std::string();
}

uint32_t value_of_free_variable(const HeapIndex& heap, uint32_t function, std::string_view name) {
  const uint32_t closure = field_of(heap, function, "__closure__");
  if (closure == kNone) return kNone;
  const Range cells = heap.positions(closure);
  for (uint64_t position = 0; position < cells.size(); ++position) {
    if (free_variable(heap, function, position, cells.size()) != name) continue;
    const uint32_t cell = heap.target(cells.begin + position);
    const Range held = cell == kNone ? Range{} : heap.positions(cell);
    return held.size() == 0 ? kNone : heap.target(held.begin);
  }
  return kNone;
}

}  // namespace heapdump
