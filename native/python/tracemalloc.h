#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process/elf.h"
#include "process/memory.h"
#include "python/interpreter.h"

namespace heapdump {

// What tracemalloc is at in a process, as its memory says.
struct Tracemalloc {
  bool is_tracing = false;
  uint32_t max_frames = 0;  // that it keeps of a stack
  uint64_t traces = 0;      // the _Py_hashtable_t of what it has traced; 0 if it traces nothing
  uint64_t blocks = 0;      // entries of that table
};

// Reads no code and runs none: to 3.11 the table is a static variable without a name, and is known by what it
// points to. If nothing, or more than one thing, is as it must be, `why` says what is not known; it is empty
// otherwise.
std::optional<Tracemalloc> find_tracemalloc(const Memory& memory, const std::vector<ElfImage>& images,
                                            const Interpreter& interpreter, std::string* why);

}  // namespace heapdump
