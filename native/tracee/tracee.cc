#include "tracee/tracee.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <csignal>

namespace heapdump {
namespace {

// linux/ptrace.h, which cannot be included together with sys/ptrace.h.
constexpr int kSetSignalMask = 0x420b;
constexpr long kSuspendSeccomp = 1 << 21;
constexpr long kCloneEvents = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
constexpr int kSystemCallStop = SIGTRAP | 0x80;

bool is_clone_event(int event) {
  return event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK;
}

}  // namespace

long Tracee::options() const { return PTRACE_O_TRACESYSGOOD | (filtered_ ? kSuspendSeccomp : 0); }

void Tracee::set_options(long options) {
  if (ptrace(PTRACE_SETOPTIONS, tid_, 0, options) != 0) throw_ended();
}

void Tracee::trace_clones(bool on) { set_options(options() | (on ? kCloneEvents : 0)); }

Registers Tracee::current_registers() const {
  Registers registers;
  if (ptrace(PTRACE_GETREGS, tid_, 0, &registers) != 0) throw_ended();
  return registers;
}

void Tracee::set_registers(const Registers& registers) {
  if (ptrace(PTRACE_SETREGS, tid_, 0, &registers) != 0) throw_ended();
}

void Tracee::block_signals() {
  if (signals_blocked_) return;
  const uint64_t all = ~uint64_t{0};
  if (ptrace(static_cast<__ptrace_request>(kSetSignalMask), tid_, sizeof all, &all) != 0) throw_ended();
  signals_blocked_ = true;
}

int Tracee::next_stop() {
  if (ptrace(PTRACE_SYSCALL, tid_, 0, 0) != 0) throw_ended();
  int status;
  if (waitpid(tid_, &status, __WALL) < 0 || !WIFSTOPPED(status)) {
    stopped_ = false;
    throw_ended();
  }
  in_system_call_stop_ = true;
  return status;
}

void Tracee::run_to_system_call_stop() {
  while (next_stop() >> 8 != kSystemCallStop) {
  }
}

pid_t Tracee::run_to_clone_event() {
  for (;;) {
    const int status = next_stop();
    if (status >> 8 == kSystemCallStop) return 0;
    unsigned long child;
    if (is_clone_event(status >> 16) && ptrace(PTRACE_GETEVENTMSG, tid_, 0, &child) == 0)
      return static_cast<pid_t>(child);
  }
}

}  // namespace heapdump
