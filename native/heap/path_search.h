#pragma once
#include <cstdint>
#include <vector>

#include "heap/avoid.h"

namespace heapdump {

// The shortest paths from roots to an object, each from another root, at most `limit`; ids, the root's first.
// None where only what is avoided keeps it alive. A module's namespace is reached from its module alone, not
// from the functions that refer to it.
std::vector<std::vector<uint32_t>> paths_to_root(const HeapIndex& heap, uint32_t id, const Avoid& avoid,
                                                 size_t limit);

}  // namespace heapdump
