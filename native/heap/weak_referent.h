#pragma once
#include <cstdint>

#include "heap/heap_index.h"

namespace heapdump {

// What a weak reference refers to; kNone if it is none, or refers to nothing any more.
uint32_t weak_referent(const HeapIndex& heap, uint32_t id);

}  // namespace heapdump
