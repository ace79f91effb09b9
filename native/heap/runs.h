#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "heap/heap_index.h"

namespace heapdump {

// The function, coroutine or the like that an object is there to run: that of a task, a timer, a bound
// method, a partial, a finalizer. kNone if it is none such.
uint32_t code_of(const HeapIndex& heap, uint32_t id);

// `serve service.py:30`: its name, its file without its folder, and the line where it begins; without the
// file if the dump does not have all of it.
std::string code_place(const HeapIndex& heap, uint32_t code);

// The file of a function, a code object, a generator or the like; empty if the dump does not have all of it.
std::string_view code_file(const HeapIndex& heap, uint32_t code);

}  // namespace heapdump
