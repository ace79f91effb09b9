#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// Objects of one type, size and content.
struct EqualContents {
  uint32_t first;  // the lowest id
  uint64_t count;
  std::vector<uint32_t> sample;  // the first of them, as add_first() takes them
};

// Those of the types with `wanted[type]` that come at least `least` times. Of what comes so often only what
// `counts` is counted.
std::vector<EqualContents> find_equal_contents(const HeapIndex& heap, const std::vector<bool>& wanted,
                                               uint64_t least, const std::function<bool(uint32_t)>& counts);

}  // namespace heapdump
