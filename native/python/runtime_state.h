#pragma once
#include <cstdint>
#include <vector>

#include "process/memory.h"
#include "walk/layout.h"

namespace heapdump {

// The states (PyInterpreterState) of a process's interpreters. `runtime` is the address of _PyRuntime.
std::vector<uint64_t> list_interpreters(const Memory& memory, uint64_t runtime, const hd_layout& layout);

// What the interpreters of a CPython are at: who holds a GIL, and whether the collector runs. It holds while
// the process is stopped; read while it runs it is a hint.
class RuntimeState {
 public:
  // `runtime` is the address of _PyRuntime.
  RuntimeState(const Memory& memory, uint64_t runtime, const hd_layout& layout)
      : memory_(memory), runtime_(runtime), layout_(layout) {}

  // No interpreter's GIL is held, and no collection has begun: every object is whole.
  bool is_at_rest() const;
  // The same of all but the interpreter `parked`, whose GIL is held by a thread that is at a safe point.
  bool is_at_rest_except(uint64_t parked) const;
  // A collection runs, or a finalizer within one.
  bool is_collecting() const;
  // The thread, named as pthread_self() names it, has the GIL of `interpreter`.
  bool holds_gil(uint64_t interpreter, uint64_t thread_identity) const;

 private:
  std::vector<uint64_t> interpreters() const;
  uint64_t gil(uint64_t interpreter) const;
  bool is_held(uint64_t gil) const;
  bool is_collecting(uint64_t interpreter) const;

  const Memory& memory_;
  uint64_t runtime_;
  const hd_layout& layout_;
};

}  // namespace heapdump
