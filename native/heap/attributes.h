#pragma once
#include <cstdint>
#include <string_view>

#include "heap/heap_index.h"

namespace heapdump {

// What an attribute of an object refers to that stands in itself, in a slot or in its `__dict__`; kNone if it
// has none of that name.
uint32_t attribute_of(const HeapIndex& heap, uint32_t id, std::string_view name);

// The value of a local of a generator, a coroutine or an asynchronous generator that is suspended, be its
// frame an object of its own or not; kNone if it is not known.
uint32_t local_of(const HeapIndex& heap, uint32_t generator, std::string_view name);

// The frame object of one, which it has to CPython 3.10; kNone later.
uint32_t frame_of(const HeapIndex& heap, uint32_t generator);

}  // namespace heapdump
