#pragma once
#include <cstdint>
#include <span>

#include "heap/heap_index.h"
#include "heap/object_tree.h"

namespace heapdump {

// Bytes that would be freed if all of these objects went, exactly: also what only several of them together
// keep alive. `paths` is ObjectTree::of_paths(); the time is that of what is below the objects in it.
uint64_t jointly_retained(const HeapIndex& heap, const ObjectTree& paths, std::span<const uint32_t> objects);

}  // namespace heapdump
