#pragma once
#include <cstdint>
#include <functional>

#include "process/memory.h"
#include "tracee/gadgets.h"
#include "tracee/signal_frame.h"
#include "tracee/stopped_thread.h"
#include "tracee/system_call.h"

namespace heapdump {

// System calls made by a stopped thread. Should the tool die during one, the thread returns from it through
// libc's rt_sigreturn into a frame below its stack's red zone, and goes on as it was.
class RemoteCalls {
 public:
  RemoteCalls(StoppedThread& thread, const Memory& memory, const Gadgets& gadgets);
  // The same for a new thread that has a return frame at `stack` (signal_frame.h).
  RemoteCalls(Tracee& tracee, const Memory& memory, const Gadgets& gadgets, uint64_t stack);

  // What the kernel returns: a value, or -errno. Throws Error(kCaptureFailed) if the process ends in it.
  template <typename... Arguments>
  int64_t may_fail(long number, Arguments... arguments) {
    return make(SystemCall(number, arguments...));
  }
  // Throws Error(kCaptureFailed) with the reason if the call fails.
  template <typename... Arguments>
  uint64_t must(const char* what, long number, Arguments... arguments) {
    return succeeded(what, make(SystemCall(number, arguments...)));
  }
  static uint64_t succeeded(const char* what, int64_t result);

  // Clones until the new thread exists: it is traced, stopped, and has `stack` as its stack pointer. If the
  // tool dies, it goes on with the frame there. Returns its id, or -errno if the kernel refuses.
  // `finish_clone` ends the call (with CLONE_VFORK only at the thread's end) and returns its id as the target
  // sees it.
  // `on_hang` is called if the call hangs, which then has some seconds more.
  int64_t clone(uint64_t flags, uint64_t stack, const std::function<void()>& on_hang = {});
  pid_t finish_clone();

  // From here on the thread makes this call before it goes on as it was, should the tool die.
  // `clear_fallback_call` takes it back with the next call.
  void set_fallback_call(const SystemCall& call);
  void clear_fallback_call();

  // Writes at `stack` a frame that leads to a system call which does not return.
  void write_exit_frame(uint64_t stack, const SystemCall& call);
  // Where a further frame has its place, below those of this one.
  uint64_t lowest() const { return first_frame_ - kReturnFrameSize; }

 private:
  // Those that make the call, and then go on with the frame at `stack`.
  Registers registers_of(const SystemCall& call, uint64_t stack) const;
  int64_t make(const SystemCall& call);
  void enter(const Registers& registers);
  int64_t leave();

  Tracee& tracee_;
  const Memory& memory_;
  Gadgets gadgets_;
  Registers base_;
  // Where the frame lies with which the thread goes on as it was, and the one it comes to first: of the
  // fallback call, if there is one.
  uint64_t return_frame_;
  uint64_t first_frame_;
};

}  // namespace heapdump
