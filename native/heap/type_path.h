#pragma once
#include <cstdint>
#include <string>

#include "heap/heap_index.h"

namespace heapdump {

// A type by its own name: `sys.modules['app'].Outer.Inner` if it is there, else `<class app.Outer.Inner>`.
std::string format_type(const HeapIndex& heap, uint32_t object);

}  // namespace heapdump
