#pragma once
#include <cstdint>

#include "process/memory.h"
#include "python/interpreter.h"

namespace heapdump {

// CPython's queue of calls that the main thread makes between two bytecodes, seen from outside. What it says
// holds while the main thread is stopped.
class PendingCalls {
 public:
  // Throws Error(kCannotAttach) if what is there does not look like the queue: the layout must be another
  // one.
  PendingCalls(const Memory& memory, const Interpreter& interpreter);

  // True while a thread is inside the queue. Py_AddPendingCall called by the main thread then would wait for
  // itself.
  bool locked() const;

  // Makes a queued call of `function` a call of `harmless`. False if none is queued.
  bool replace(uint64_t function, uint64_t harmless);

 private:
  bool plausible() const;

  const Memory& memory_;
  const CPythonLayout::PendingCalls& layout_;
  uint64_t queue_;
};

}  // namespace heapdump
