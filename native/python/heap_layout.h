#pragma once
#include <string>

#include "python/interpreter.h"

extern "C" {
#include "walk/walk.h"
}

namespace heapdump {

// The addresses of CPython's own types in a process. Throws Error(kCannotAttach) if one is not exported.
hd_types find_heap_types(const Memory& memory, const Interpreter& interpreter);

// What contradicts a row in the process, which runs while it is looked at; empty if nothing does.
std::string heap_layout_contradiction(const Memory& memory, const Interpreter& interpreter,
                                      const CPythonLayout& row);

// The row that the process agrees with. Throws Error(kCannotAttach), and says what contradicts, if there
// is none.
const CPythonLayout& check_heap_layout(const Memory& memory, const Interpreter& interpreter);

}  // namespace heapdump
