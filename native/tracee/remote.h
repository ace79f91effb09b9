#pragma once
#include <cstdint>
#include <vector>

#include "process/elf.h"
#include "process/maps.h"
#include "process/memory.h"
#include "tracee/stopped_thread.h"

namespace heapdump {

// Instructions in the target's own code that injected system calls use.
struct Gadgets {
  uint64_t system_call_return;  // syscall; ret
  uint64_t signal_return;       // mov $15, %rax; syscall: libc's restorer

  // Throws Error(kCannotAttach) where the target's code has none.
  static Gadgets find(const Memory& memory, const std::vector<Mapping>& maps,
                      const std::vector<ElfImage>& images);
};

// System calls made by a stopped thread. Should the tool die during one, the thread returns from it through
// libc's rt_sigreturn into a frame below its stack's red zone, and goes on as it was.
class RemoteCalls {
 public:
  RemoteCalls(StoppedThread& thread, const Memory& memory, const Gadgets& gadgets);

  // What the kernel returns: a value, or -errno. Throws Error(kCaptureFailed) where the process ends in it.
  int64_t may_fail(long number, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0,
                   uint64_t e = 0, uint64_t f = 0);
  // Throws Error(kCaptureFailed) with the reason where the call fails.
  uint64_t must(const char* what, long number, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0,
                uint64_t e = 0, uint64_t f = 0);

 private:
  StoppedThread& thread_;
  Registers call_registers_;
};

}  // namespace heapdump
