#include "paths/avoid.h"

#include <algorithm>

#include "index/label.h"

namespace heapdump {

bool Avoid::Label(const HeapIndex& heap, uint32_t holder, uint64_t position) const {
  if (labels.empty()) return false;
  const std::optional<std::string> label = heapdump::Label(heap, holder, position);
  return label && std::ranges::any_of(labels, [&](const std::string& avoided) {
           return *label == avoided || *label == Repr(avoided, false);
         });
}

}  // namespace heapdump
