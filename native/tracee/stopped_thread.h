#pragma once
#include <cstdint>

#include "process/timed_wait.h"
#include "tracee/tracee.h"

namespace heapdump {

// Owns the stop of one thread of another process, from PTRACE_SEIZE to PTRACE_DETACH. Everything that is
// changed in it between is put back by the destructor, unless `detach` gave it another way to go on.
// Should the tool die at any point, the kernel detaches it, and it goes on: as it was, or through the signal
// frame that remote.h builds.
class StoppedThread : public Tracee {
 public:
  // Throws Error: kCannotAttach if the thread cannot be seized, kCaptureFailed if it does not stop
  // until `deadline` or if the process ends.
  StoppedThread(pid_t tid, bool suspends_filters, Deadline deadline);
  // Seized only, it runs on; `interrupt` and `wait` stop it. Many threads stop in little time that way.
  StoppedThread(pid_t tid, bool suspends_filters);
  ~StoppedThread() override;

  void interrupt();
  // False if it has not stopped by `deadline`; it may be waited for again. Throws if it has ended.
  bool wait(Deadline deadline);

  // As the thread was found; but if it was in a system call with a time-out that begins again after the stop,
  // what remains of that.
  const Registers& registers() const { return registers_; }
  uint64_t signal_mask() const { return mask_; }
  // In a wait with a time-out, how long at least it had waited; nothing if that is not known.
  std::optional<std::chrono::nanoseconds> slept() const { return slept_; }
  // Whether it is in a wait whose timeout lies in memory, and would begin with all of it again.
  bool has_timeout_in_memory() const;
  // Such a wait goes on with what remains, if that is known; it is written below the thread's red zone, so
  // the thread's stack must be one that can be written to (can_make_calls).
  void shorten_wait(const Memory& memory);
  // 16 bytes below the red zone.
  uint64_t place_for_rest() const;
  // Stopped by SIGSTOP or the like, before we came.
  bool in_group_stop() const { return group_stop_; }
  // In a restartable sequence (rseq): it must not be led away from it.
  bool in_restartable_sequence(const Memory& memory) const;
  // Throws Error(kCannotAttach) if it has one: its return addresses cannot be written.
  void refuse_shadow_stack() const;

  // Detaches with these registers instead of those it was found with.
  void detach(const Registers& registers);

  std::chrono::nanoseconds stopped_for() const { return std::chrono::steady_clock::now() - since_; }

 private:
  [[noreturn]] void throw_ended() const override;
  void return_to_event_stop();
  void shorten_wait();

  TimePoint since_;
  // Of a wait with a time-out.
  std::optional<Sleep> sleep_;
  std::optional<std::chrono::nanoseconds> slept_;
  Registers registers_{};
  uint64_t mask_ = 0;
  bool group_stop_ = false;
};

}  // namespace heapdump
