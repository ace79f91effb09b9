#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// The names that modules have for an object besides the one in its path: `sys.modules['app'].CACHE`, if it is
// imported from elsewhere. In alphabetical order; of an object that very many refer to, as far as it was
// looked.
std::vector<std::string> other_names(const HeapIndex& heap, uint32_t id);

}  // namespace heapdump
