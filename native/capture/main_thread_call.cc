#include "capture/main_thread_call.h"

#include <thread>
#include <utility>

#include "capture/carrier.h"
#include "capture/thread_activity.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kRetry = 2ms;
// A stop as such takes microseconds; only a thread in an uninterruptible call takes longer.
constexpr auto kTimeToStop = 1s;

}  // namespace

MainThreadCall::MainThreadCall(const Inspection& target, const Gadgets& gadgets, PauseStats& pauses,
                               const Cancellation& cancellation, std::function<void()> on_wait)
    : target_(target),
      pauses_(pauses),
      cancellation_(cancellation),
      on_wait_(std::move(on_wait)),
      pending_(target.memory, target.interpreter),
      call_(target, gadgets) {}

void MainThreadCall::wait(std::chrono::nanoseconds time) const {
  on_wait_();
  std::this_thread::sleep_for(time);
}

bool MainThreadCall::begin(Deadline deadline,
                           const std::function<void(TrampolineCall&, StoppedThread&)>& enter) {
  bool in_group_stop = false;
  const auto try_once = [&](StoppedThread& thread) {
    in_group_stop = thread.in_group_stop();
    if (in_group_stop) return true;
    if (pending_.locked() || !can_make_calls(target_, thread)) return false;
    enter(call_, thread);
    return true;
  };
  while (!stopped(std::max(deadline, steady_clock::now() + kTimeToStop), try_once)) {
    cancellation_.check();
    if (steady_clock::now() > deadline) {
      throw Error(ExitCode::kCaptureFailed,
                  "the main thread never left CPython's queue of pending calls, or has no room on its stack");
    }
    wait(kRetry);
  }
  return !in_group_stop;
}

std::string MainThreadCall::retract(Deadline deadline) {
  std::string doing;
  // It may wait for the GIL inside our code, or CPython may be about to call it: then it will find itself
  // cancelled.
  for (auto pause = 1ms;; pause = std::min(2 * pause, 100ms)) {
    const bool cured = stopped(steady_clock::now() + kTimeToStop, [&](StoppedThread& thread) {
      if (doing.empty()) doing = describe_activity(target_, thread.registers());
      return call_.retract(pending_) && call_.cure(thread);
    });
    if (cured) return doing;
    const hd_progress now = call_.progress();
    if (now.state == HD_CALL_RUNNING || now.state == HD_CALL_PARKED) return "";
    if (now.state == HD_CALL_DONE) {
      if (now.result != HD_CALL_CANCELLED) return "";
      cure(deadline);
      return doing;
    }
    if (steady_clock::now() > deadline) {
      throw Error(
          ExitCode::kCaptureFailed,
          "the main thread " + doing +
              " and got no GIL for its turn; it is unharmed, and ends the call by itself when it gets "
              "one");
    }
    wait(pause);
  }
}

void MainThreadCall::cure(Deadline deadline) {
  try {
    const auto try_once = [&](StoppedThread& thread) { return call_.cure(thread); };
    while (!stopped(std::max(deadline, steady_clock::now() + kTimeToStop), try_once)) wait(kRetry);
  } catch (const Error&) {
    if (!has_ended(target_.pid)) throw;
    // It ended of itself after the call was done: there is nothing left to clean.
  }
}

void MainThreadCall::disarm() {
  call_.release();
  call_.retract(pending_);
}

bool MainThreadCall::leave(Deadline deadline) {
  call_.release();
  for (auto pause = 50us;; pause = std::min(2 * pause, 10'000us)) {
    const auto try_once = [&](StoppedThread& thread) {
      const bool done = state() == HD_CALL_DONE || call_.retract(pending_);
      return done && call_.cure(thread);
    };
    if (stopped(steady_clock::now() + kTimeToStop, try_once)) return true;
    if (steady_clock::now() > deadline) return false;
    wait(pause);
  }
}

}  // namespace heapdump
