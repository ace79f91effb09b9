#include "tracee/remote.h"

#include <sys/syscall.h>

#include <cstring>

#include "support/error.h"
#include "support/fault.h"
#include "tracee/signal_frame.h"
#include "tracee/way_back.h"

namespace heapdump {
namespace {

constexpr uint64_t kTrapFlag = 0x100;

// A SIGSTOP, which cannot be blocked, came between (include/linux/errno.h: ERESTARTSYS to
// ERESTART_RESTARTBLOCK).
bool wants_restart(int64_t result) { return result <= -512 && result >= -516; }

}  // namespace

RemoteCalls::RemoteCalls(StoppedThread& thread, const Memory& memory, const Gadgets& gadgets)
    : RemoteCalls(thread, memory, gadgets,
                  write_way_back(memory, thread, gadgets.signal_return, Resume::kRestart)) {}

RemoteCalls::RemoteCalls(Tracee& tracee, const Memory& memory, const Gadgets& gadgets, uint64_t stack)
    : tracee_(tracee),
      memory_(memory),
      gadgets_(gadgets),
      base_(tracee.current_registers()),
      return_frame_(stack),
      first_frame_(stack) {
  base_.eflags &= ~kTrapFlag;
  base_.orig_rax = static_cast<uint64_t>(-1);
}

Registers RemoteCalls::registers_of(const SystemCall& call, uint64_t stack) const {
  Registers registers = base_;
  registers.rip = gadgets_.system_call_return;
  registers.rsp = stack;
  registers.rax = call.number;
  registers.rdi = call.arguments[0];
  registers.rsi = call.arguments[1];
  registers.rdx = call.arguments[2];
  registers.r10 = call.arguments[3];
  registers.r8 = call.arguments[4];
  registers.r9 = call.arguments[5];
  return registers;
}

void RemoteCalls::enter(const Registers& registers) {
  tracee_.set_registers(registers);
  fault_point("call-set");
  tracee_.block_signals();
  fault_point("call-masked");
  tracee_.run_to_system_call_stop();
  fault_point("call-entered");
}

int64_t RemoteCalls::leave() {
  tracee_.run_to_system_call_stop();
  fault_point("call-left");
  return static_cast<int64_t>(tracee_.current_registers().rax);
}

int64_t RemoteCalls::make(const SystemCall& call) {
  int64_t result;
  do {
    enter(registers_of(call, first_frame_));
    result = leave();
  } while (wants_restart(result));
  return result;
}

int64_t RemoteCalls::clone(uint64_t flags, uint64_t stack, const std::function<void()>& on_hang) {
  tracee_.trace_clones(true);
  int64_t result;
  do {
    enter(registers_of(SystemCall(SYS_clone, flags, stack), first_frame_));
    result = tracee_.run_to_clone_event(on_hang);
    if (result == 0) result = static_cast<int64_t>(tracee_.current_registers().rax);
  } while (wants_restart(result));
  tracee_.trace_clones(false);
  return result;
}

pid_t RemoteCalls::finish_clone() { return static_cast<pid_t>(leave()); }

void RemoteCalls::set_fallback_call(const SystemCall& call) {
  const uint64_t fallback = lowest();
  const uint64_t all_signals = ~uint64_t{0};
  write_return_frame(memory_, tracee_.tid(), fallback, gadgets_.signal_return,
                     registers_of(call, return_frame_), all_signals);
  first_frame_ = fallback;
}

void RemoteCalls::clear_fallback_call() { first_frame_ = return_frame_; }

void RemoteCalls::write_exit_frame(uint64_t stack, const SystemCall& call) {
  const uint64_t all_signals = ~uint64_t{0};
  write_return_frame(memory_, tracee_.tid(), stack, gadgets_.signal_return, registers_of(call, stack),
                     all_signals);
}

uint64_t RemoteCalls::succeeded(const char* what, int64_t result) {
  constexpr int64_t kMaxErrno = 4095;
  if (result < 0 && result >= -kMaxErrno) {
    throw Error(ExitCode::kCaptureFailed,
                std::string("the target could not ") + what + ": " + strerror(static_cast<int>(-result)));
  }
  return static_cast<uint64_t>(result);
}

}  // namespace heapdump
