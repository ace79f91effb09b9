#include "heap/weak_referent.h"

#include "protocol.h"

namespace heapdump {

uint32_t weak_referent(const HeapIndex& heap, uint32_t id) {
  const Range rows = heap.positions(id);
  for (uint64_t position = 0; position < rows.size(); ++position) {
    if (heap.kind(id, position) == HD_REF_WEAK) return heap.target(rows.begin + position);
  }
  return kNone;
}

}  // namespace heapdump
