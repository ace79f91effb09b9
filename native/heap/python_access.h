#pragma once
#include <cstdint>
#include <string_view>

#include "heap/heap_index.h"

namespace heapdump {

// What Python gives for an expression behind an object, as far as the classes in the dump tell. False if
// it runs code of the program, or gives another object than the one that the reference leads to.

// `.name`, for the object that the structure or a slot holds under that name.
bool gives_field(const HeapIndex& heap, uint32_t holder, std::string_view name, uint32_t held);
// `.name`, for an attribute that the object has itself, and its class has not.
bool gives_attribute(const HeapIndex& heap, uint32_t holder, std::string_view name, uint32_t held);
// `.__dict__[…]`, for an attribute of that kind.
bool gives_namespace(const HeapIndex& heap, uint32_t holder);
// `[…]`, for the value of a key of a dict.
bool gives_values(const HeapIndex& heap, uint32_t holder);
// `[index]`.
bool gives_item(const HeapIndex& heap, uint32_t holder, uint64_t index);
// `.__class__`.
bool gives_type(const HeapIndex& heap, uint32_t holder);

}  // namespace heapdump
