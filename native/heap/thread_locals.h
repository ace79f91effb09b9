#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "heap/heap_index.h"

namespace heapdump {

// An instance of threading.local, or of a class that is derived from it.
bool is_thread_local(const HeapIndex& heap, uint32_t id);

// Of a dict that has the attributes of a threading.local in one thread the name of that thread; empty if it
// is not known.
std::string_view thread_of(const HeapIndex& heap, uint32_t local, uint32_t attributes);

// What the state of a thread refers to is a root `FIELD of THREAD`: its parts, the second empty if the dump
// does not name the thread.
std::string_view thread_field(std::string_view root);
std::string_view thread_name(std::string_view root);

}  // namespace heapdump
