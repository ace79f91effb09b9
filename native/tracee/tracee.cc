#include "tracee/tracee.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "process/stat.h"
#include "process/status.h"
#include "support/error.h"

namespace heapdump {
namespace {

// linux/ptrace.h, which cannot be included together with sys/ptrace.h.
constexpr int kSetSignalMask = 0x420b;
constexpr long kSuspendSeccomp = 1 << 21;
constexpr long kCloneEvents = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
constexpr int kSystemCallStop = SIGTRAP | 0x80;

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// An injected call takes microseconds; clone takes as long as it is busy with page tables.
constexpr auto kSpin = 200us;
constexpr auto kPause = 50us;
constexpr auto kLookEvery = 10ms;
constexpr auto kLongestSleep = 100ms;
// For a call that others have to answer, when these have been let go.
constexpr auto kLastChance = 5s;

bool is_clone_event(int event) {
  return event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK;
}

}  // namespace

long Tracee::options() const { return PTRACE_O_TRACESYSGOOD | (suspends_filters_ ? kSuspendSeccomp : 0); }

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

int Tracee::next_stop(const std::function<void()>& on_hang) {
  if (ptrace(PTRACE_SYSCALL, tid_, 0, signal_to_deliver_) != 0) throw_ended();
  const int status = wait_for_stop(on_hang);
  if (!WIFSTOPPED(status)) {
    stopped_ = false;
    if (WIFSIGNALED(status)) ended_by_ = WTERMSIG(status);
    throw_ended();
  }
  in_system_call_stop_ = true;
  // All signals are blocked but those that cannot be: SIGSTOP, which the process gets (its threads are then
  // stopped by it when they are let go), and what an instruction raises.
  const bool is_signal = status >> 16 == 0 && WSTOPSIG(status) != kSystemCallStop;
  signal_to_deliver_ = is_signal && WSTOPSIG(status) == SIGSTOP ? SIGSTOP : 0;
  if (is_signal && signal_to_deliver_ == 0) {
    throw target_spared(std::string("an injected system call raises ") + strsignal(WSTOPSIG(status)) +
                        " (code that is not inherited, MADV_DONTFORK?)");
  }
  return status;
}

int Tracee::wait_for_stop(const std::function<void()>& on_hang) {
  auto longest = kLongestSleep;
  bool is_last_chance = false;
  std::chrono::nanoseconds processor_time{};
  TimePoint awake = steady_clock::now();
  for (TimePoint looked = awake;;) {
    int status;
    const pid_t waited = waitpid(tid_, &status, __WALL | WNOHANG);
    if (waited == tid_) return status;
    if (waited < 0) {
      stopped_ = false;
      throw_ended();
    }
    const TimePoint now = steady_clock::now();
    if (now - awake < kSpin) continue;
    std::this_thread::sleep_for(kPause);
    if (now - looked < kLookEvery) continue;
    looked = now;
    const auto stat = read_thread_stat(tid_);
    const bool asleep =
        stat && (stat->state == 'D' || stat->state == 'S') && stat->processor_time == processor_time;
    if (!asleep) {
      awake = now;
      processor_time = stat ? stat->processor_time : processor_time;
    } else if (now - awake > longest) {
      if (is_last_chance || !on_hang) {
        stopped_ = false;
        throw target_spared("the system call " + current_system_call(tid_) + ", made in the target, hangs");
      }
      is_last_chance = true;
      longest = kLastChance;
      on_hang();
    }
  }
}

void Tracee::run_to_system_call_stop() {
  while (next_stop() >> 8 != kSystemCallStop) {
  }
}

pid_t Tracee::run_to_clone_event(const std::function<void()>& on_hang) {
  for (;;) {
    const int status = next_stop(on_hang);
    if (status >> 8 == kSystemCallStop) return 0;
    unsigned long child;
    if (is_clone_event(status >> 16) && ptrace(PTRACE_GETEVENTMSG, tid_, 0, &child) == 0)
      return static_cast<pid_t>(child);
  }
}

}  // namespace heapdump
