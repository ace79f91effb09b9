#pragma once
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// Objects of one type, size and content.
struct EqualContents {
  uint32_t first;  // the lowest id
  uint64_t count;
};

// Those of the types with `wanted[type]` that come at least `least` times.
std::vector<EqualContents> find_equal_contents(const HeapIndex& heap, const std::vector<bool>& wanted,
                                               uint64_t least);

}  // namespace heapdump
