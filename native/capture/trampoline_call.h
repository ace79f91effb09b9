#pragma once
#include <chrono>
#include <string>

#include "capture/inspection.h"
#include "capture/tool_identity.h"
#include "capture/trampoline_parts.h"
#include "python/pending_calls.h"
#include "tracee/remote_pipe.h"
#include "tracee/stopped_thread.h"
#include "trampoline.h"

namespace heapdump {

// The main thread's way through the trampoline, and what the trampoline says of it.
//
// To hold the main thread takes no system call and no memory of the target's: the trampoline lies in bytes
// that belong to nothing, at the end of a page of code, and what changes in the last word of the stack, which
// the kernel leaves empty. For a script, memory for its text is mapped and a pipe is opened; if there is no
// such place, the trampoline is mapped too.
class TrampolineCall {
 public:
  // Looks up beforehand what would lengthen the stop. Throws Error(kCannotAttach) if something is missing.
  TrampolineCall(const Inspection& target, const Gadgets& gadgets);

  // With the thread stopped, which must be able to make calls (carrier.h): lets it go into the trampoline.
  // What was made is undone if these throw. Nothing runs that has not begun within `time_to_start`.
  //
  // Opens a pipe and runs `script`, in which `@FD@` becomes the number of the pipe's write end.
  void run_script(StoppedThread& thread, const std::string& script, std::chrono::nanoseconds time_to_start);
  // Holds the thread at a safe point, at most for `hold`. False if there is no place for that.
  bool park(StoppedThread& thread, std::chrono::nanoseconds hold, std::chrono::nanoseconds time_to_start);
  // Makes a call of an earlier tool, which died, its own. False if there is none.
  bool adopt();

  // What the trampoline says now. Throws Error(kCaptureFailed) if the target is gone.
  hd_progress progress() const;
  // A held thread is let go.
  void release();
  int pipe() const { return pipe_.read_end(); }
  // From here on the script's next write fails, and it gives up.
  void close_pipe() { pipe_.close_read_end(); }

  // With the thread stopped: what has not begun never will. True once CPython's queue knows nothing of it any
  // more; false while it runs, or is about to find itself cancelled.
  bool retract(PendingCalls& pending);
  // With the thread stopped: takes everything out of the target again. False while the thread is in our code
  // still, or on its way there.
  bool cure(StoppedThread& thread);
  // Nothing of it is in the target.
  bool is_cured() const { return block_ == 0; }

 private:
  void map(RemoteCalls& calls, hd_call& call, uint64_t data_size, std::chrono::nanoseconds time_to_start);
  // False if there is something at `gap` by now.
  bool map_at(RemoteCalls& calls, hd_call& call, uint64_t gap, uint64_t data_size,
              std::chrono::nanoseconds time_to_start);
  void write(hd_call& call, std::chrono::nanoseconds time_to_start);
  void enter(StoppedThread& thread, hd_call& call, std::chrono::nanoseconds time_to_start);
  void undo(RemoteCalls& calls);
  void clear();
  bool is_mapped() const;
  bool find_place(size_t size);
  uint64_t function_of_libc(const char* name) const;
  bool adopt(uint64_t block);
  // Whether what lies there is this call still: another heapdump may have found it first, and have put its
  // own there.
  bool is_there() const;
  bool is_bound_for_it(const StoppedThread& thread) const;

  // In memory mapped for a script, behind struct hd_progress: the exception, the pipe's record, and the text.
  static constexpr uint64_t kExceptionAt = 8, kPipeAt = 16, kTextAt = 64;

  const Inspection& target_;
  Gadgets gadgets_;
  std::vector<ElfImage::Tail> tails_;
  // With the addresses of the functions filled in.
  hd_call template_{};
  uint64_t harmless_ = 0;

  // A call of this tool's, by the deadline that no two of its calls share.
  struct Owner {
    ToolIdentity tool;
    int64_t deadline;
    bool operator==(const Owner&) const = default;
  };
  static Owner owner_of(const hd_call& call);

  Owner owner_{};
  // Where struct hd_call and the code lie, and what they are.
  uint64_t block_ = 0;
  TrampolineParts parts_{false};
  uint64_t callback_ = 0;
  uint64_t progress_ = 0;
  uint64_t data_ = 0;
  uint64_t data_size_ = 0;
  // It came here with the memory of a parent that has forked: no thread is in it.
  bool is_copy_ = false;
  RemotePipe pipe_;
};

}  // namespace heapdump
