#pragma once
#include <sys/types.h>

#include <functional>

#include "support/time.h"
#include "tracee/registers.h"

namespace heapdump {

// A thread that is stopped under ptrace, as injected system calls need it. All calls must come from the
// thread that is its tracer. They throw Error(kCaptureFailed) if it ends in them.
class Tracee {
 public:
  virtual ~Tracee() = default;
  Tracee(const Tracee&) = delete;
  Tracee& operator=(const Tracee&) = delete;

  pid_t tid() const { return tid_; }
  bool is_stopped() const { return stopped_; }
  Registers current_registers() const;
  void set_registers(const Registers& registers);
  void block_signals();

  // Runs to the next stop at a system call's entry or exit. Throws Error(kCaptureFailed) if the call hangs:
  // the thread is no longer stopped then, and goes on by itself when the call returns.
  void run_to_system_call_stop();
  // Inside a system call that clones: runs to where the new thread exists and is traced, and returns its id;
  // 0 if the call ends without. For that `trace_clones` has to be on. If the call hangs, `on_hang` is called,
  // and the call has some seconds more.
  pid_t run_to_clone_event(const std::function<void()>& on_hang);
  void trace_clones(bool on);

 protected:
  // `suspends_filters`: seccomp filters are installed, and suspended while the thread is traced.
  Tracee(pid_t tid, bool suspends_filters) : tid_(tid), suspends_filters_(suspends_filters) {}

  // Says that the thread has ended.
  [[noreturn]] virtual void throw_ended() const = 0;
  long options() const;
  void set_options(long options);

  const pid_t tid_;
  const bool suspends_filters_;
  bool stopped_ = false;
  // The signal that ended it; 0 if none did, or that is not known.
  int ended_by_ = 0;
  bool signals_blocked_ = false;
  bool in_system_call_stop_ = false;

 private:
  int next_stop(const std::function<void()>& on_hang = {});
  int wait_for_stop(const std::function<void()>& on_hang);

  int signal_to_deliver_ = 0;
};

}  // namespace heapdump
