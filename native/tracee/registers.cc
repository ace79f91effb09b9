#include "tracee/registers.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <cerrno>

namespace heapdump {
namespace {

constexpr int kSyscallInstructionSize = 2;

// A call that keeps its end time in the kernel cannot be restarted after rt_sigreturn, which forgets that
// time. A poll without an end has none.
bool forgets_its_end(const Registers& registers) {
  if (static_cast<int64_t>(registers.rax) != kRestartBlock) return false;
  return registers.orig_rax != SYS_poll || static_cast<int32_t>(registers.rdx) >= 0;
}

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

bool may_wait_on_futex(const Registers& registers) {
  if (!is_blocked(registers)) return false;
  if (registers.orig_rax == SYS_futex) return true;
  // A call that was interrupted before (by a stop, a debugger, ourselves) goes on as restart_syscall, with
  // the arguments that it had: of those that can, only futex has an address and one of these two operations.
  constexpr uint64_t kFirstPage = 4096;
  const int operation = static_cast<int>(registers.rsi) & FUTEX_CMD_MASK;
  return registers.orig_rax == SYS_restart_syscall && registers.rdi >= kFirstPage &&
         (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET);
}

Registers resume_registers(Registers registers, Resume how) {
  if (!is_blocked(registers)) return registers;
  if (how == Resume::kInterrupt || forgets_its_end(registers)) {
    registers.rax = static_cast<uint64_t>(-EINTR);
  } else {
    registers.rax = registers.orig_rax;
    registers.rip -= kSyscallInstructionSize;
  }
  return registers;
}

}  // namespace heapdump
