#include "tracee/stopped_thread.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "process/memory.h"
#include "process/status.h"
#include "support/fault.h"
#include "tracee/signal_frame.h"

namespace heapdump {
namespace {

// linux/ptrace.h, which cannot be included together with sys/ptrace.h.
constexpr int kGetSignalMask = 0x420a;
constexpr int kSetSignalMask = 0x420b;
constexpr int kGetRseqConfiguration = 0x420f;
constexpr int kShadowStackNote = 0x204;

// From a stop at a system call to the one before it returns.
constexpr auto kTimeToReturn = std::chrono::milliseconds(500);

// The thread that traces it; 0 if none does.
pid_t tracer_of(pid_t tid) {
  ProcessStatus status;
  return read_status(tid, &status) ? status.tracer : 0;
}

Registers for_kernel_restart(Registers registers) {
  // epoll_wait and a few others ask for EINTR instead of a restart: rewritten, the target does not see our
  // stop.
  if (static_cast<int64_t>(registers.orig_rax) >= 0 && static_cast<int64_t>(registers.rax) == -EINTR) {
    registers.rax = static_cast<uint64_t>(kRestartNoHandler);
  }
  return registers;
}

}  // namespace

StoppedThread::StoppedThread(pid_t tid, bool suspends_filters) : Tracee(tid, suspends_filters) {
  // Another heapdump traces a process for milliseconds only.
  const Deadline patience = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (ptrace(PTRACE_SEIZE, tid, 0, options()) != 0) {
    const int error = errno;
    const pid_t tracer = error == EPERM ? tracer_of(tid) : 0;
    // It did not stop in time when it was seized before, and that is still so.
    if (tracer == gettid()) break;
    if (tracer != 0 && std::chrono::steady_clock::now() < patience) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    throw attach_error(tid, error);
  }
  fault_point("seized");
  if (is_in_timed_wait(tid)) sleep_ = read_sleep(tid);
}

StoppedThread::StoppedThread(pid_t tid, bool suspends_filters, Deadline deadline)
    : StoppedThread(tid, suspends_filters) {
  interrupt();
  if (!wait(deadline)) {
    const std::string call = current_system_call(tid);
    throw Error(
        ExitCode::kCaptureFailed,
        "the target's main thread did not stop in time (" +
            (call.empty() ? "it hangs in the kernel" : "it is in " + call + ", which cannot be interrupted") +
            ")");
  }
}

StoppedThread::~StoppedThread() {
  if (!stopped_) return;  // It is let go by the kernel when the tracing thread ends.
  try {
    detach(for_kernel_restart(registers_));
  } catch (const Error&) {
    // The process is gone: there is nothing to put back.
  }
}

void StoppedThread::throw_ended() const { throw target_ended(tid_); }

void StoppedThread::interrupt() {
  since_ = std::chrono::steady_clock::now();
  if (ptrace(PTRACE_INTERRUPT, tid_, 0, 0) != 0) throw_ended();
}

bool StoppedThread::wait(Deadline deadline) {
  const bool found_before = stopped_ || in_system_call_stop_;
  while (!stopped_) {
    int status;
    pid_t waited = waitpid(tid_, &status, __WALL | WNOHANG);
    if (waited < 0) throw_ended();
    if (waited == 0) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
      continue;
    }
    if (!WIFSTOPPED(status)) throw_ended();
    const int event = status >> 16;
    const int signal = WSTOPSIG(status);
    if (event == PTRACE_EVENT_STOP) {
      stopped_ = true;
      group_stop_ = signal != SIGTRAP;
      break;
    }
    // A signal was on its way: the target gets it.
    const int deliver = event != 0 || signal == (SIGTRAP | 0x80) ? 0 : signal;
    if (ptrace(PTRACE_CONT, tid_, 0, deliver) != 0 || ptrace(PTRACE_INTERRUPT, tid_, 0, 0) != 0)
      throw_ended();
  }
  if (!found_before) {
    registers_ = current_registers();
    if (sleep_) slept_ = time_slept(*sleep_, tid_);
    shorten_wait();
    if (ptrace(static_cast<__ptrace_request>(kGetSignalMask), tid_, sizeof mask_, &mask_) != 0) throw_ended();
  }
  return true;
}

// epoll_wait, which for_kernel_restart has made again, would wait for its whole time again.
void StoppedThread::shorten_wait() {
  if (!slept_ || static_cast<int64_t>(registers_.rax) != -EINTR) return;
  if (registers_.orig_rax != SYS_epoll_wait && registers_.orig_rax != SYS_epoll_pwait) return;
  registers_.r10 = static_cast<uint32_t>(rest_of(static_cast<int32_t>(registers_.r10), *slept_));
}

bool StoppedThread::has_timeout_in_memory() const {
  return slept_ && static_cast<int64_t>(registers_.rax) == -EINTR &&
         timeout_argument(static_cast<long>(registers_.orig_rax)).has_value();
}

void StoppedThread::shorten_wait(const Memory& memory) {
  if (!has_timeout_in_memory()) return;
  unsigned long long* const arguments[] = {&registers_.rdi, &registers_.rsi, &registers_.rdx, &registers_.r10,
                                           &registers_.r8};
  unsigned long long& request = *arguments[*timeout_argument(static_cast<long>(registers_.orig_rax))];
  if (put_rest(memory, request, slept_, place_for_rest())) request = place_for_rest();
  slept_.reset();
}

uint64_t StoppedThread::place_for_rest() const { return registers_.rsp - kRedZone - sizeof(timespec); }

bool StoppedThread::in_restartable_sequence(const Memory& memory) const {
  struct {
    uint64_t address;
    uint32_t size, signature, flags, padding;
  } rseq{};
  if (ptrace(static_cast<__ptrace_request>(kGetRseqConfiguration), tid_, sizeof rseq, &rseq) <= 0 ||
      rseq.address == 0) {
    return false;
  }
  struct {
    uint32_t version, flags;
    uint64_t start, length, abort;
  } sequence;
  uint64_t descriptor;
  return memory.try_get(rseq.address + 8, &descriptor) && descriptor != 0 &&
         memory.try_get(descriptor, &sequence) && registers_.rip - sequence.start < sequence.length;
}

void StoppedThread::refuse_shadow_stack() const {
  uint64_t pointer = 0;
  iovec buffer{&pointer, sizeof pointer};
  if (ptrace(PTRACE_GETREGSET, tid_, kShadowStackNote, &buffer) == 0 && pointer != 0) {
    throw Error(ExitCode::kCannotAttach,
                "the target runs with a shadow stack, which heapdump cannot enter yet");
  }
}

void StoppedThread::return_to_event_stop() {
  if (!in_system_call_stop_) return;
  // Only from this stop does the kernel restart the system call that the thread was found in.
  if (ptrace(PTRACE_INTERRUPT, tid_, 0, 0) != 0 || ptrace(PTRACE_CONT, tid_, 0, 0) != 0) throw_ended();
  stopped_ = false;
  if (!wait(std::chrono::steady_clock::now() + kTimeToReturn))
    throw target_spared("a thread hangs in the kernel");
  in_system_call_stop_ = false;
}

void StoppedThread::detach(const Registers& registers) {
  return_to_event_stop();
  // The mask comes first: until the registers are set, the thread would still heal through its signal frame.
  if (signals_blocked_) ptrace(static_cast<__ptrace_request>(kSetSignalMask), tid_, sizeof mask_, &mask_);
  fault_point("mask-restored");
  set_registers(registers);
  fault_point("registers-restored");
  stopped_ = false;
  if (ptrace(PTRACE_DETACH, tid_, 0, 0) != 0) throw_ended();
}

}  // namespace heapdump
