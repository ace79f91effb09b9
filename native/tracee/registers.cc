#include "tracee/registers.h"

#include <cerrno>

namespace heapdump {
namespace {

// include/linux/errno.h: codes that never leave the kernel, except to a tracer.
constexpr int64_t kRestartSys = -512;
constexpr int64_t kRestartNoIntr = -513;
constexpr int64_t kRestartNoHandler = -514;
constexpr int64_t kRestartBlock = -516;
constexpr int kSyscallInstructionSize = 2;

}  // namespace

bool is_blocked(const Registers& registers) {
  if (static_cast<int64_t>(registers.orig_rax) < 0) return false;
  switch (static_cast<int64_t>(registers.rax)) {
    case kRestartSys:
    case kRestartNoIntr:
    case kRestartNoHandler:
    case kRestartBlock:
    case -EINTR:
      return true;
    default:
      return false;
  }
}

Registers resume_registers(Registers registers, Resume how) {
  if (!is_blocked(registers)) return registers;
  // A call that keeps its end time in the kernel cannot be restarted after rt_sigreturn, which forgets that
  // time.
  if (how == Resume::kInterrupt || static_cast<int64_t>(registers.rax) == kRestartBlock) {
    registers.rax = static_cast<uint64_t>(-EINTR);
  } else {
    registers.rax = registers.orig_rax;
    registers.rip -= kSyscallInstructionSize;
  }
  return registers;
}

}  // namespace heapdump
