#pragma once
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// A part of a process's resident memory.
struct MemoryPart {
  const char* name;
  const char* parent;  // the name of the part that it is a part of; nullptr at the top
  uint64_t bytes;
  uint64_t count;  // of what it consists of; 0 if that is not counted
};

// Where the resident memory is. The parts at the top add up to it, and the parts of one to that one, which
// precedes them; those of nothing are left out. Empty if the dump does not tell.
std::vector<MemoryPart> memory_parts(const HeapIndex& heap);

// What keeps pools of pymalloc that are free for the most part.
struct Pinning {
  uint32_t type;  // row of types()
  uint64_t objects;
  uint64_t pools;
  uint64_t free;  // bytes of free blocks in these pools
};

// A pool counts for each type of which there are objects in it. Those that keep most first.
std::vector<Pinning> find_pinning(const HeapIndex& heap);

}  // namespace heapdump
