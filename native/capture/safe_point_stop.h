#pragma once
#include <chrono>
#include <optional>

#include "capture/main_thread_call.h"
#include "python/runtime_state.h"
#include "tracee/stopped_process.h"

namespace heapdump {

enum class Route { kGilFree, kPendingCall, kTakeOver, kAtOnce };

// Stops all threads of a process at a moment at which its heap is whole: while nobody holds the GIL, or with the main thread
// held between two bytecodes, and while no collection runs. If that does not come about, it stops them at
// once.
class WholeHeap {
 public:
  using Clock = std::chrono::steady_clock::time_point;

  WholeHeap(const Inspection& target, const Gadgets& gadgets, const hd_layout& layout, StopTally& tally,
            const Cancellation& cancellation);

  // Afterwards all threads are stopped, and the main thread can make system calls. Throws Error:
  // kCannotAttach if the process cannot be traced, kCaptureFailed if its threads cannot be stopped
  // until `deadline`.
  Route stop(Clock deadline);
  StoppedProcess& threads() { return threads_; }
  void let_go();

  // Takes what was put into the target for the stop out again. False if the main thread has not come out
  // of it until `deadline`: it may be waiting for the GIL.
  bool leave(Clock deadline);

 private:
  bool stop_all(Clock deadline);
  bool stop_at_rest(Clock deadline);
  bool stop_parked(Clock deadline);
  void enter(Clock deadline);
  bool can_be_entered(const StoppedThread& main) const;
  Route stop_at_once(Clock deadline);
  void disarm();
  bool is_entered() { return main_ && !main_->call().is_cured(); }

  const Inspection& target_;
  RuntimeState state_;
  StopTally& tally_;
  const Cancellation& cancellation_;
  StoppedProcess threads_;
  // Nothing if a pending call is no way into the target.
  std::optional<MainThreadCall> main_;
  int vain_stops_ = 0;
  Clock next_entry_{};
};

}  // namespace heapdump
