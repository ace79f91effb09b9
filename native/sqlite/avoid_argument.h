#pragma once
#include <string_view>

#include "heap/avoid.h"

namespace heapdump {

// What an argument `avoid` says: object:ID, type:ID and label:NAME, separated by commas. Throws Error(kUsage)
// if it says anything else.
Avoid parse_avoid(const HeapIndex& heap, std::string_view text);

}  // namespace heapdump
