#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "heap/heap_index.h"

namespace heapdump {

// The name of the free variable that stands at a position of a function's closure; empty if it is not known.
// `count` is how many the closure has.
std::string free_variable(const HeapIndex& heap, uint32_t function, uint64_t position, uint64_t count);

// What a free variable of a function is; kNone if it has none of that name.
uint32_t value_of_free_variable(const HeapIndex& heap, uint32_t function, std::string_view name);

}  // namespace heapdump
