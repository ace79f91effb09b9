#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "heap/heap_index.h"

namespace heapdump {

// The label of the reference at a position of an object: a name, an index, or a dict's key as Python shows
// it. None where it is not known.
std::optional<std::string> label_of(const HeapIndex& heap, uint32_t source, uint64_t position);

// A str as Python's repr shows it; an ellipsis stands for what was cut.
std::string repr(std::string_view utf8, bool cut);

}  // namespace heapdump
