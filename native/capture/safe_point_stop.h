#pragma once
#include "capture/main_thread_call.h"
#include "python/runtime_state.h"
#include "tracee/stopped_process.h"

namespace heapdump {

enum class Route { kGilIdle, kPendingCall, kInSyscall, kImmediate };

// Stops all threads of a process at a moment at which its heap is whole: while nobody holds the GIL, or with
// the main thread held between two bytecodes, and while no collection runs. If that does not come about, it
// stops them at once.
class SafePointStop {
 public:
  SafePointStop(const Inspection& target, const Gadgets& gadgets, const hd_layout& layout, PauseStats& pauses,
                const Cancellation& cancellation);

  // Afterwards no thread executes the program, and there is a `carrier`. Throws Error: kCannotAttach if the
  // process cannot be traced, kCaptureFailed if its threads cannot be stopped until `deadline`.
  Route stop(Deadline deadline);
  StoppedProcess& threads() { return threads_; }
  // A stopped thread that can make system calls: the main thread, if it can.
  StoppedThread& carrier() { return *carrier_; }
  void detach();

  // Takes what was put into the target for the stop out again. False if the main thread has not come out
  // of it until `deadline`: it may be waiting for the GIL.
  bool leave(Deadline deadline);

 private:
  std::chrono::nanoseconds main_processor_time() const;
  bool main_waits_for_its_turn(std::chrono::nanoseconds before);
  bool stop_all(Deadline deadline);
  [[noreturn]] void give_up() const;
  void pause(std::chrono::nanoseconds time);
  bool stop_at_rest(Deadline deadline);
  bool stop_parked(Deadline deadline);
  void enter(Deadline deadline);
  bool can_be_entered(const StoppedThread& main) const;
  Route stop_immediately(Deadline deadline);
  void disarm();
  bool is_entered() { return !main_.call().is_cured(); }

  const Inspection& target_;
  RuntimeState state_;
  PauseStats& pauses_;
  const Cancellation& cancellation_;
  MainThreadCall main_;
  StoppedProcess threads_;
  StoppedThread* carrier_ = nullptr;
  bool may_park_ = true;
  // When they were stopped last, a thread could make calls.
  bool has_room_ = true;
  int failed_stops_ = 0;
  TimePoint next_entry_{};
};

}  // namespace heapdump
