#pragma once
#include <cstdint>
#include <optional>

#include "process/memory.h"

namespace heapdump {

// The start of struct _Py_DebugOffsets, with which _PyRuntime begins in 3.13 and newer: what a CPython says
// of itself.
struct DebugOffsets {
  char cookie[8];
  uint64_t version;
  uint64_t free_threaded;
  uint64_t runtime_size, runtime_finalizing, runtime_head;
  uint64_t interpreter_size, interpreter_id, interpreter_next;
};

// `runtime` is the address of _PyRuntime. Nothing if it does not begin with one.
std::optional<DebugOffsets> read_debug_offsets(const Memory& memory, uint64_t runtime);

// Whether who runs a 3.14 does not want code from outside to run in it (PYTHON_DISABLE_REMOTE_DEBUG,
// -X disable-remote-debug, or a build without).
bool disables_remote_debugging(const Memory& memory, uint64_t runtime, uint64_t interpreter);

}  // namespace heapdump
