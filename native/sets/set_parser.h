#pragma once
#include <string_view>

#include "sets/set_tree.h"

namespace heapdump {

// Reads a set (docs/sets.md). Throws Error(kUsage) with the place of a mistake.
SetTree parse_set(std::string_view text);

}  // namespace heapdump
