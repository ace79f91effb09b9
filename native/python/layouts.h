#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "support/error.h"

extern "C" {
#include "walk/layout.h"
}

namespace heapdump {

// An entry of _Py_DebugOffsets (3.13 and newer): what a CPython itself says of a field of struct hd_layout.
// `at`, `plus` and `minus` are distances in _Py_DebugOffsets; 0 for none.
struct DebugOffset {
  const char* name;
  uint32_t hd_layout::*field;
  uint16_t at, plus, minus;
};

// All that is known of the patch releases `first_micro` to `last_micro` of CPython 3.`minor`, built with the
// GIL. What differs between versions stands here, and nowhere in code. Distances in bytes.
struct CPythonLayout {
  // The queue of pending calls: struct _pending_calls, in _PyRuntime or in the main interpreter's state.
  struct PendingCalls {
    // Only the main interpreter makes them (3.12); before, any.
    bool main_interpreter_only;
    bool in_interpreter;
    // Of the queue; the second one in builds without trampolines for perf (those for another libc than
    // glibc), 0 if they have it at the same place.
    uint16_t at[2];
    // In struct _pending_calls. The lock is a pointer to a sem_t, or the byte of a PyMutex.
    bool lock_is_semaphore;
    uint16_t lock;
    uint16_t calls;
    uint16_t call_size;
    uint16_t capacity;
    uint16_t first;
    uint16_t last;
    // int: no call is taken any more; who brings one gets an exception printed (3.8; else -1).
    int32_t finishing;
    // int32: how many calls may be queued, and what it says for the main thread (3.13 and newer; else 0).
    uint16_t limit;
    int32_t main_limit;
  };
  // tp_basicsize of CPython's own types, named as in struct hd_types.
  struct BasicSizes {
    uint32_t dict, list, tuple, set, str, type, module, function, frame, generator, code;
  };

  int minor;
  int first_micro;
  int last_micro;
  // In _PyRuntime: the main PyInterpreterState*.
  uint32_t runtime_main;
  // PyThreadState.tracing; 0 if PyThreadState_EnterTracing is exported (3.11 and newer).
  uint32_t thread_tracing;
  // Each thread keeps its current PyThreadState for itself (3.12 and newer), or the runtime keeps one for
  // all.
  bool thread_state_is_thread_local;
  PendingCalls pending_calls;
  BasicSizes basic_sizes;
  DebugOffset debug_offsets[56];
  // What the walker reads.
  hd_layout heap;

  // Frames are objects that hold their locals (to 3.10).
  bool frames_are_objects() const { return heap.iframe_code == HD_ABSENT; }
  // An instance's attribute values lie in a block of their own (3.11, 3.12).
  bool has_values_apart() const { return heap.managed_values != 0 || heap.managed_tagged != 0; }
};

// Oldest version first.
std::span<const CPythonLayout> all_layouts();

// The rows of a version such as `3.11.7`: that of the nearest patch release first. None for a version that
// is not known.
std::vector<const CPythonLayout*> find_layouts(const std::string& version);

// A process that contradicts all rows of its version; `why` is a clause.
Error unknown_layout(const std::string& version, const std::string& why);

// Such as `3.8 to 3.14`.
std::string known_versions();

}  // namespace heapdump
