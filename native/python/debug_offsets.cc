#include "python/debug_offsets.h"

#include <cstring>

namespace heapdump {

std::optional<DebugOffsets> read_debug_offsets(const Memory& memory, uint64_t runtime) {
  DebugOffsets offsets;
  if (!memory.try_get(runtime, &offsets) || memcmp(offsets.cookie, "xdebugpy", sizeof offsets.cookie) != 0)
    return std::nullopt;
  return offsets;
}

}  // namespace heapdump
