#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "python/interpreter.h"

extern "C" {
#include "walk/walk.h"
}

namespace heapdump {

// An entry of _Py_DebugOffsets (3.13 and newer): what a CPython itself says of a field of struct hd_layout.
// `at`, `plus` and `minus` are distances in _Py_DebugOffsets; 0 for none.
struct DebugOffset {
  const char* name;
  uint32_t hd_layout::*field;
  uint16_t at, plus, minus;
};

// Where the patch releases `first_micro` to `last_micro` of CPython 3.`minor`, built with the GIL, keep what
// the walker reads.
struct HeapLayout {
  // tp_basicsize of CPython's own types, named as in struct hd_types.
  struct BasicSizes {
    uint32_t dict, list, tuple, set, str, type, module, function, frame, generator, code;
  };

  int minor;
  int first_micro;
  int last_micro;
  BasicSizes basic_sizes;
  DebugOffset debug_offsets[56];
  hd_layout layout;
};

// The rows for a version such as `3.11.7`: that of the nearest patch release first. None for a version that
// is not known.
std::vector<const HeapLayout*> find_heap_layouts(const std::string& version);

// The addresses of CPython's own types in a process. Throws Error(kCannotAttach) where one is not exported.
hd_types find_heap_types(const Memory& memory, const Interpreter& interpreter);

// What contradicts a row in the process, which goes on meanwhile; empty where nothing does.
std::string heap_layout_contradiction(const Memory& memory, const Interpreter& interpreter,
                                      const HeapLayout& row);

// The row that the process agrees with. Throws Error(kCannotAttach), and says what contradicts, where there
// is none.
const HeapLayout& check_heap_layout(const Memory& memory, const Interpreter& interpreter);

}  // namespace heapdump
