#include "heap/avoid.h"

#include <algorithm>

#include "heap/label.h"

namespace heapdump {

bool Avoid::covers(const HeapIndex& heap, uint32_t id) const {
  return std::ranges::find(objects, id) != objects.end() ||
         std::ranges::find(types, heap.type(id)) != types.end();
}

bool Avoid::covers_label(const HeapIndex& heap, uint32_t holder, uint64_t position) const {
  if (labels.empty()) return false;
  const std::optional<std::string> label = heapdump::label_of(heap, holder, position);
  return label && std::ranges::any_of(labels, [&](const std::string& avoided) {
           return *label == avoided || *label == repr(avoided, false);
         });
}

}  // namespace heapdump
