#pragma once
#include <cstdint>
#include <vector>

#include "process/maps.h"

namespace heapdump {

// A free place of `size` bytes among the mappings of a process. Throws Error(kCaptureFailed) if there is
// none.
uint64_t find_gap(const std::vector<Mapping>& maps, uint64_t size);

}  // namespace heapdump
