#pragma once
#include <cstdint>

namespace heapdump {

// In the place of an object's id, or of any number of a row: there is none.
constexpr uint32_t kNone = UINT32_MAX;

}  // namespace heapdump
