#pragma once
#include <cstdint>

#include "heap/heap_index.h"

namespace heapdump {

// Objects that have something in common.
struct Group {
  uint32_t number = 0;
  uint64_t count = 0;
  uint64_t size = 0;      // bytes
  uint64_t retained = 0;  // bytes
  uint32_t example = kNone;

  void add(const HeapIndex& heap, uint32_t id) {
    count++;
    size += heap.size(id);
    if (example == kNone) example = id;
  }
};

}  // namespace heapdump
