#pragma once
#include <cstdint>

namespace heapdump {

// Where a CPython version keeps what the safe-point call has to look at. Distances in bytes.
struct Layout {
  int minor;
  // In _PyRuntime: the first and the main PyInterpreterState*.
  uint16_t runtime_head;
  uint16_t runtime_main;
  // In PyInterpreterState: the next one.
  uint16_t interpreter_next;
  // struct _pending_calls: in the main interpreter's state, or in _PyRuntime.
  bool pending_in_interpreter;
  uint16_t pending;
  // In struct _pending_calls. The lock is a pointer to a sem_t, or the byte of a PyMutex.
  bool lock_is_semaphore;
  uint16_t lock;
  uint16_t calls;
  uint16_t call_size;
  uint16_t capacity;
  uint16_t first;
  uint16_t last;
  // PyThreadState.tracing; 0 where PyThreadState_EnterTracing is exported (3.11 and newer).
  uint16_t thread_tracing;
  // Whether each thread keeps its present PyThreadState for itself (3.12 and newer), or the runtime keeps one
  // for all.
  bool present_state_is_thread_local;
};

// The layout of CPython 3.`minor` built with the GIL, or null for a version that is not known.
const Layout* find_layout(int minor);

}  // namespace heapdump
