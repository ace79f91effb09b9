#pragma once
#include <cstdint>
#include <vector>

#include "process/elf.h"
#include "process/maps.h"
#include "process/memory.h"
#include "tracee/signal_frame.h"
#include "tracee/stopped_thread.h"

namespace heapdump {

// Instructions in the target's own code that injected system calls use.
struct Gadgets {
  uint64_t system_call_return;  // syscall; ret
  uint64_t signal_return;       // mov $15, %rax; syscall: libc's restorer

  // Throws Error(kCannotAttach) if the target's code has none.
  static Gadgets find(const Memory& memory, const std::vector<Mapping>& maps,
                      const std::vector<ElfImage>& images);
};

// System calls made by a stopped thread. Should the tool die during one, the thread returns from it through
// libc's rt_sigreturn into a frame below its stack's red zone, and goes on as it was.
class RemoteCalls {
 public:
  RemoteCalls(StoppedThread& thread, const Memory& memory, const Gadgets& gadgets);
  // The same for a thread that was born with a way on at `stack` (signal_frame.h).
  RemoteCalls(Tracee& tracee, const Memory& memory, const Gadgets& gadgets, uint64_t stack);

  // What the kernel returns: a value, or -errno. Throws Error(kCaptureFailed) if the process ends in it.
  int64_t may_fail(long number, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0,
                   uint64_t e = 0, uint64_t f = 0);
  // Throws Error(kCaptureFailed) with the reason if the call fails.
  uint64_t must(const char* what, long number, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0,
                uint64_t e = 0, uint64_t f = 0);

  // Clones up to the birth of the new thread, which is traced, stopped, and has `stack` as its stack pointer:
  // by itself it goes on with the frame there. Returns its id, or -errno if the kernel refuses.
  // `finish_clone` ends the call (with CLONE_VFORK only at the thread's end) and returns its id as the target
  // sees it.
  int64_t clone(uint64_t flags, uint64_t stack);
  pid_t finish_clone();

  // From here on the thread makes this call before it goes home, should the tool die; `drop_will` takes it
  // back with the next call.
  void write_will(long number, uint64_t a = 0, uint64_t b = 0);
  void drop_will();

  // Writes at `stack` a way on that makes a system call and does not return from it.
  void write_last_call(uint64_t stack, long number, uint64_t a);
  // Lowest address that the frames of this one use.
  uint64_t lowest() const { return home_ - kReturnFrameSize; }

 private:
  Registers call_of(uint64_t stack, long number, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0,
                    uint64_t d = 0, uint64_t e = 0, uint64_t f = 0) const;
  void enter(const Registers& registers);
  int64_t leave();

  Tracee& tracee_;
  const Memory& memory_;
  Gadgets gadgets_;
  Registers base_;
  // The stack pointers that lead home, at once or by way of the will.
  uint64_t home_;
  uint64_t stack_;
};

}  // namespace heapdump
