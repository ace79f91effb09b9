#include "capture/safe_point_stop.h"

#include <algorithm>
#include <thread>

#include "capture/carrier.h"
#include "capture/filtered_calls.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// How long a safe point is waited for. A bytecode takes microseconds, the GIL comes within milliseconds; but
// on a busy machine a thread that wants to run waits for a processor, and CPython lets one wait for the GIL
// for up to a second if several want it.
constexpr auto kTimeToSafePoint = 250ms;
constexpr auto kLongestTimeToSafePoint = 3s;
constexpr auto kProcessorTimeToSafePoint = 50ms;
// How long the main thread is held, with the GIL, for a tool that may have died.
constexpr auto kHold = 100ms;
constexpr auto kPause = 50us;
constexpr auto kTimeToReturn = 20ms;
// After an attempt to stop all threads that held them for a tenth of a second.
constexpr auto kRest = 200ms;
constexpr auto kLongestRest = 2000ms;
// If threads are busy, a GIL that was found free is rarely still free when the last thread has stopped.
constexpr int kMaxFailedStops = 3;

}  // namespace

SafePointStop::SafePointStop(const Inspection& target, const Gadgets& gadgets, const hd_layout& layout,
                             PauseStats& pauses, const Cancellation& cancellation)
    : target_(target),
      state_(target.memory, target.interpreter.runtime(), layout),
      pauses_(pauses),
      cancellation_(cancellation),
      main_(target, gadgets, pauses, cancellation, [this] { threads_.release_late(); }),
      threads_(target.pid, target.suspends_filters()) {}

Route SafePointStop::stop(Deadline deadline) {
  const TimePoint start = steady_clock::now();
  const Deadline until = std::min(deadline, start + kTimeToSafePoint);
  const Deadline latest = std::min(deadline, start + kLongestTimeToSafePoint);
  const std::chrono::nanoseconds before = main_processor_time();
  ProcessStatus status;
  const bool stopped_by_signal = read_status(target_.pid, &status) && status.state == 'T';
  bool may_enter = !stopped_by_signal;
  do {
    cancellation_.check();
    if (stop_at_rest(deadline)) return Route::kGilIdle;
    if (stopped_by_signal) break;
    if (may_enter && may_park_ && !is_entered() && !threads_.main_hangs() && !state_.is_collecting() &&
        steady_clock::now() >= next_entry_) {
      try {
        enter(latest);
      } catch (const Error&) {
        // If the target has ended, the next stop says so; anything else is no way in.
        may_enter = false;
      }
    } else if (is_entered()) {
      const hd_progress call = main_.call().progress();
      if (call.state == HD_CALL_PARKED && stop_parked(deadline))
        return call.route == HD_ROUTE_IN_SYSCALL ? Route::kInSyscall : Route::kPendingCall;
      if (call.state == HD_CALL_DONE) may_enter = leave(latest) && call.result == HD_CALL_RAN;
    }
    pause(kPause);
  } while (steady_clock::now() < until ||
           (steady_clock::now() < latest && may_enter && main_waits_for_its_turn(before)));
  return stop_immediately(deadline);
}

std::chrono::nanoseconds SafePointStop::main_processor_time() const {
  return read_thread_stat(target_.pid).value_or(ProcessStat{}).processor_time;
}

// For a processor, or for the GIL.
bool SafePointStop::main_waits_for_its_turn(std::chrono::nanoseconds before) {
  const auto stat = read_thread_stat(target_.pid);
  if (!stat || stat->processor_time - before >= kProcessorTimeToSafePoint) return false;
  if (stat->state == 'R') return true;
  if (!is_entered()) return false;
  const auto state = main_.state();
  return state == HD_CALL_WAITING || state == HD_CALL_QUEUED;
}

// False if there is no carrier.
bool SafePointStop::stop_all(Deadline deadline) {
  for (auto rest = kRest;; rest = std::min(2 * rest, kLongestRest)) {
    const TimePoint start = steady_clock::now();
    if (threads_.stop(deadline)) break;
    cancellation_.check();
    if (steady_clock::now() > deadline) give_up();
    pauses_.add(steady_clock::now() - start);
    pause(rest);
  }
  carrier_ = nullptr;
  for (StoppedThread* thread : threads_.stopped()) {
    shorten_wait(target_, *thread);
    if (carrier_ == nullptr && can_make_calls(target_, *thread)) carrier_ = thread;
  }
  has_room_ = carrier_ != nullptr;
  return has_room_;
}

void SafePointStop::give_up() const {
  const std::string why =
      has_room_
          ? "the target cannot be stopped: " + threads_.obstacle()
          : "no thread of the target can make system calls: their stacks are almost full, or not those that "
            "they were made with (Go, coroutines, an emulator)";
  throw Error(ExitCode::kCaptureFailed, why + "; nothing was changed in it (try again)");
}

// The target runs meanwhile.
void SafePointStop::pause(std::chrono::nanoseconds time) {
  const TimePoint end = steady_clock::now() + time;
  do {
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(time, 1ms));
    threads_.release_late();
    cancellation_.check();
  } while (steady_clock::now() < end);
}

bool SafePointStop::stop_at_rest(Deadline deadline) {
  if (failed_stops_ >= kMaxFailedStops || !state_.is_at_rest()) return false;
  if (stop_all(deadline) && state_.is_at_rest()) {
    disarm();
    return true;
  }
  ++failed_stops_;
  detach();
  return false;
}

void SafePointStop::enter(Deadline deadline) {
  next_entry_ = steady_clock::now() + kTimeToReturn;
  main_.begin(deadline, [&](TrampolineCall& call, StoppedThread& thread) {
    if (!can_be_entered(thread)) return;
    may_park_ = find_forbidden_call(target_, thread, TrampolineWork::kParking).empty();
    // If there is no place, another heapdump may be at it.
    if (may_park_) call.park(thread, kHold, deadline - steady_clock::now());
  });
}

// A thread that is in a system call with the GIL runs no Python until it returns: to interrupt it is of no
// use.
bool SafePointStop::can_be_entered(const StoppedThread& main) const {
  const Registers& registers = main.registers();
  return !is_blocked(registers) ||
         !state_.holds_gil(target_.interpreter.main_interpreter(target_.memory), registers.fs_base);
}

bool SafePointStop::stop_parked(Deadline deadline) {
  const bool ready = stop_all(deadline);
  if (ready && main_.state() == HD_CALL_PARKED &&
      state_.is_at_rest_except(target_.interpreter.main_interpreter(target_.memory))) {
    main_.call().release();
    return true;
  }
  main_.call().release();
  detach();
  pause(1ms);
  return false;
}

Route SafePointStop::stop_immediately(Deadline deadline) {
  while (!stop_all(deadline)) {
    detach();
    if (steady_clock::now() + kRest > deadline) give_up();
    pause(kRest / 10);
  }
  const bool at_rest = state_.is_at_rest();
  disarm();
  return at_rest ? Route::kGilIdle : Route::kImmediate;
}

// What is on its way into the main thread shall not hold it any more.
void SafePointStop::disarm() {
  if (is_entered()) main_.disarm();
}

void SafePointStop::detach() {
  if (!threads_.is_stopped()) return;
  pauses_.add(threads_.stopped_for());
  threads_.detach();
}

bool SafePointStop::leave(Deadline deadline) { return !is_entered() || main_.leave(deadline); }

}  // namespace heapdump
