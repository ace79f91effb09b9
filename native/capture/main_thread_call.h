#pragma once
#include <functional>
#include <string>

#include "capture/carrier.h"
#include "capture/inspection.h"
#include "capture/pause_stats.h"
#include "capture/trampoline_call.h"
#include "python/pending_calls.h"
#include "support/cancellation.h"
#include "support/time.h"

namespace heapdump {

// Gets the main thread into the trampoline, if it can be led there, and out again. It is the only thread
// that is stopped for that.
class MainThreadCall {
 public:
  // `on_wait` is called often while the main thread is waited for: what it waits for may be a thread that the
  // tool has yet to let go. Throws Error(kCannotAttach) if the queue of pending calls is not the one that is
  // known.
  MainThreadCall(
      const Inspection& target, const Gadgets& gadgets, PauseStats& pauses, const Cancellation& cancellation,
      std::function<void()> on_wait = [] {});

  // Stops the main thread, hands it to `action`, and keeps count.
  template <typename Action>
  auto stopped(Deadline deadline, Action action) {
    StoppedThread thread(target_.pid, target_.suspends_filters(), deadline);
    struct Count {
      StoppedThread& thread;
      PauseStats& pauses;
      ~Count() { pauses.add(thread.stopped_for()); }
    } count{thread, pauses_};
    shorten_wait(target_, thread);
    return action(thread);
  }

  // Waits until the main thread can be led into the trampoline, and has `enter` do it. False if it is
  // stopped by SIGSTOP. Throws Error(kCaptureFailed) if it cannot until `deadline`.
  bool begin(Deadline deadline, const std::function<void(TrampolineCall&, StoppedThread&)>& enter);

  // Takes back what has not begun, and says what the main thread was doing. Empty if it has begun, or has
  // ended. Throws Error(kCaptureFailed) if that cannot be done until `deadline`.
  std::string retract(Deadline deadline);
  // Takes what has ended out of the target.
  void cure(Deadline deadline);

  // With all threads stopped: what has begun ends, and what has not never will.
  void disarm();
  // Takes everything out of the target, whatever it is at. False if the main thread has not come out of it
  // until `deadline`.
  bool leave(Deadline deadline);

  // The same for a call of a tool that was killed. False if there is none.
  bool adopt() { return call_.adopt(); }

  TrampolineCall& call() { return call_; }
  hd_call_state state() const { return static_cast<hd_call_state>(call_.progress().state); }

 private:
  void wait(std::chrono::nanoseconds time) const;

  const Inspection& target_;
  PauseStats& pauses_;
  const Cancellation& cancellation_;
  std::function<void()> on_wait_;
  PendingCalls pending_;
  TrampolineCall call_;
};

}  // namespace heapdump
