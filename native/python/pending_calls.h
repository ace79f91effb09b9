#pragma once
#include <cstdint>

#include "process/memory.h"
#include "python/interpreter.h"

namespace heapdump {

// CPython's queues of calls that the main thread makes between two bytecodes, seen from outside. From 3.9 to
// 3.11 each interpreter has one. What they say holds while the main thread is stopped.
class PendingCalls {
 public:
  // Throws Error(kCannotAttach) if what is there does not look like the queue: the layout must be another
  // one.
  PendingCalls(const Memory& memory, const Interpreter& interpreter);

  // True while a thread is inside a queue. Py_AddPendingCall called by the main thread then would wait for
  // itself.
  bool locked() const;

  // Makes a queued call of `function` a call of `harmless`. False if none is queued.
  bool replace(uint64_t function, uint64_t harmless);

 private:
  bool plausible(uint64_t queue) const;
  bool locked(uint64_t queue) const;
  bool replace(uint64_t queue, uint64_t function, uint64_t harmless);

  const Memory& memory_;
  const Interpreter& interpreter_;
  const CPythonLayout::PendingCalls& layout_;
};

}  // namespace heapdump
