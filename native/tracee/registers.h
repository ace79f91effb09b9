#pragma once
#include <sys/user.h>

#include <cstdint>

namespace heapdump {

using Registers = user_regs_struct;

// include/linux/errno.h: what a system call returns that the kernel will restart. These codes never leave the
// kernel, except to a tracer.
constexpr int64_t kRestartSys = -512;
constexpr int64_t kRestartNoIntr = -513;
constexpr int64_t kRestartNoHandler = -514;
constexpr int64_t kRestartBlock = -516;

// How a thread that was stopped in a blocking system call goes on.
enum class Resume {
  kRestart,    // as if nothing had been: the call is made again
  kInterrupt,  // the call returns EINTR
};

// True if the thread was stopped while it was blocked in a system call, which the kernel means to restart
// or to end with EINTR.
bool is_blocked(const Registers& registers);

// True if that call waits for a lock (a futex), or if that cannot be ruled out. Such a thread may be
// waiting for the GIL, and must not be made to ask for it again: the whole process would freeze.
bool may_wait_on_futex(const Registers& registers);

// What a thread that was stopped with `registers` needs when it goes on through rt_sigreturn, where the
// kernel's own logic for restarting system calls does not run.
Registers resume_registers(Registers registers, Resume how);

}  // namespace heapdump
