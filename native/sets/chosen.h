#pragma once
#include "heap/heap_index.h"
#include "support/bits.h"

namespace heapdump {

// The objects of a set of which something holds.
template <typename Holds>
Bits chosen(const HeapIndex& heap, const Bits& within, Holds holds) {
  Bits found(heap.objects());
  within.each([&](uint32_t id) {
    if (holds(id)) found.set(id);
  });
  return found;
}

}  // namespace heapdump
