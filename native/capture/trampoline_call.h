#pragma once
#include <chrono>
#include <string>

#include "capture/inspection.h"
#include "python/pending_calls.h"
#include "tracee/remote_pipe.h"
#include "tracee/stopped_thread.h"
#include "trampoline.h"

namespace heapdump {

// The main thread's way through the trampoline: its code and data mapped in the target, the pipe that a
// script writes to, and what the trampoline says of it. Mapped by the constructor's caller in a stop
// (`run_script`, `park`), taken away in another (`cure`).
class TrampolineCall {
 public:
  // Looks up beforehand what would lengthen the stop. Throws Error(kCannotAttach) if something is missing.
  TrampolineCall(const Inspection& target, const Gadgets& gadgets);

  // With the thread stopped: maps the trampoline, and lets the thread go into it. What was made is undone
  // if these throw. Nothing runs that has not begun within `time_to_start`.
  //
  // Opens a pipe and runs `script`, in which `@FD@` becomes the number of the pipe's write end.
  void run_script(StoppedThread& thread, const std::string& script, std::chrono::nanoseconds time_to_start);
  // Holds the thread at a safe point, at most for `hold`.
  void park(StoppedThread& thread, std::chrono::nanoseconds hold, std::chrono::nanoseconds time_to_start);

  // What the trampoline says now. Throws Error(kCaptureFailed) if the target is gone.
  hd_call state() const;
  // A held thread is let go.
  void release();
  int pipe() const { return pipe_.read_end(); }
  // From here on the script's next write fails, and it gives up.
  void close_pipe() { pipe_.close_read_end(); }

  // With the thread stopped: what has not begun never will. True once CPython's queue knows nothing of it any
  // more; false while it runs, or is about to find itself cancelled.
  bool retract(PendingCalls& pending);
  // With the thread stopped: takes everything out of the target again. False while the thread is in our code
  // still.
  bool cure(StoppedThread& thread);
  // Nothing of it is in the target.
  bool is_cured() const { return data_ == 0; }

 private:
  void enter(StoppedThread& thread, const std::string& script, std::chrono::nanoseconds hold,
             std::chrono::nanoseconds time_to_start);
  void map(RemoteCalls& calls, uint64_t data_size);
  void write_call(const std::string& script, bool may_run_in_syscall, std::chrono::nanoseconds hold,
                  std::chrono::nanoseconds time_to_start);
  void unmap(RemoteCalls& calls);
  uint64_t callback() const;

  const Inspection& target_;
  Gadgets gadgets_;
  // With the addresses of the functions filled in.
  hd_call template_{};
  uint64_t harmless_ = 0;
  bool retracted_ = false;
  uint64_t data_ = 0;
  uint64_t data_size_ = 0;
  uint64_t code_ = 0;
  RemotePipe pipe_;
};

}  // namespace heapdump
