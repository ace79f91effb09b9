#pragma once
#include <vector>

#include "analysis/leaks.h"
#include "heap/owners.h"

namespace heapdump {

// Makes one of the suspects whose ways differ by a key, an index, a name or a thread alone: they have one
// cause. What differs is left open in the path, and is what their places are called.
void merge_like(const HeapIndex& heap, std::vector<Suspect>& suspects, Owners& owners);

}  // namespace heapdump
