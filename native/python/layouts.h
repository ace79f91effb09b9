#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace heapdump {

// Where a CPython version keeps what the safe-point call has to look at. Distances in bytes.
struct Layout {
  int minor;
  // The patch releases that it is known to hold for.
  int first_micro;
  int last_micro;
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
  // int32: how many calls may be queued, and what it says for the main thread (3.13 and newer; else 0).
  uint16_t limit;
  int32_t main_limit;
  // PyThreadState.tracing; 0 where PyThreadState_EnterTracing is exported (3.11 and newer).
  uint16_t thread_tracing;
  // Whether each thread keeps its present PyThreadState for itself (3.12 and newer), or the runtime keeps one
  // for all.
  bool present_state_is_thread_local;
};

// The layouts of a version such as `3.11.7`, built with the GIL: that of the nearest patch release first.
// None for a version that is not known.
std::vector<const Layout*> find_layouts(const std::string& version);

}  // namespace heapdump
