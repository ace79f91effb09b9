#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>

#include "tracee/registers.h"

namespace heapdump {

using Deadline = std::chrono::steady_clock::time_point;

// Owns the stop of one thread of another process, from PTRACE_SEIZE to PTRACE_DETACH. Everything that is
// changed in it between is put back by the destructor, unless `let_go_at` gave it another way to go on.
// Should the tool die at any point, the kernel detaches it, and it goes on: as it was, or through the signal
// frame that remote.h builds.
//
// All calls must come from the thread that made it. Throws Error: kCannotAttach where the thread cannot be
// seized, kCaptureFailed where it does not stop until `deadline` or the process ends meanwhile.
class StoppedThread {
 public:
  // `filtered`: a seccomp filter is installed, which is suspended while the thread is traced.
  StoppedThread(pid_t tid, bool filtered, Deadline deadline);
  ~StoppedThread();
  StoppedThread(const StoppedThread&) = delete;
  StoppedThread& operator=(const StoppedThread&) = delete;

  pid_t tid() const { return tid_; }
  // As the thread was found.
  const Registers& registers() const { return registers_; }
  uint64_t signal_mask() const { return mask_; }
  // Stopped by SIGSTOP or the like, before we came.
  bool in_group_stop() const { return group_stop_; }
  // In a restartable sequence (rseq): it must not be led away from it.
  bool in_restartable_sequence(const class Memory& memory) const;
  bool has_shadow_stack() const;

  // For remote.cc: runs to the next stop at a system call's entry or exit.
  void set_registers(const Registers& registers);
  Registers current_registers() const;
  void run_to_system_call_stop();
  void block_signals();

  // Detaches with these registers instead of those it was found with.
  void let_go_at(const Registers& registers);

  std::chrono::nanoseconds stopped_for() const { return std::chrono::steady_clock::now() - since_; }

 private:
  void wait_for_stop(Deadline deadline);
  void return_to_event_stop();
  void detach(const Registers& registers);

  pid_t tid_;
  std::chrono::steady_clock::time_point since_;
  Registers registers_{};
  uint64_t mask_ = 0;
  bool group_stop_ = false;
  bool stopped_ = false;
  bool signals_blocked_ = false;
  bool in_system_call_stop_ = false;
};

}  // namespace heapdump
