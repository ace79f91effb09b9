#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

#include "process/elf.h"
#include "process/maps.h"
#include "process/memory.h"
#include "process/status.h"
#include "python/interpreter.h"
#include "python/pending_calls.h"
#include "support/unique_fd.h"
#include "tracee/remote.h"
#include "tracee/stopped_thread.h"
#include "trampoline.h"

namespace heapdump {

// What has to be known of a process to run code in it; read without stopping it.
struct Inspection {
  explicit Inspection(pid_t pid);

  pid_t pid;
  ProcessStatus status;
  Memory memory;
  std::vector<Mapping> maps;
  std::vector<ElfImage> images;
  Interpreter interpreter;
};

// A script's way through the target: its code and data mapped there, the pipe that it writes to, and what the
// trampoline says of it. Mapped by the constructor's caller in a stop (`infect`), taken away in another
// (`cure`).
class RemoteScript {
 public:
  // Looks up beforehand what would lengthen the stop. Throws Error(kCannotAttach) where something is missing.
  RemoteScript(const Inspection& target, const Gadgets& gadgets);

  // With the thread stopped: maps the trampoline, opens the pipe, and lets the thread go into the trampoline.
  // `@FD@` in `script` becomes the number of the pipe's write end. What it made is undone where it throws.
  void infect(StoppedThread& thread, const std::string& script, std::chrono::nanoseconds time_to_start);

  // What the trampoline says now. Throws Error(kCaptureFailed) where the target is gone.
  hd_call call() const;
  int pipe() const { return pipe_.get(); }
  // From here on the script's next write fails, and it gives up.
  void close_pipe() { pipe_.reset(); }

  // With the thread stopped: a script that has not begun never will. True once CPython's queue knows nothing
  // of it any more; false while it runs, or is about to find itself cancelled.
  bool retract(PendingCalls& pending);
  // With the thread stopped: takes everything out of the target again. False while the thread is in our code
  // still.
  bool cure(StoppedThread& thread);

 private:
  void open_pipe(RemoteCalls& calls);
  void write_call(const std::string& script, bool may_take_over, std::chrono::nanoseconds time_to_start);
  void clear(RemoteCalls& calls, int* descriptor);
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
  int write_end_ = -1;
  int read_end_ = -1;
  uint64_t pipe_device_ = 0;
  uint64_t pipe_inode_ = 0;
  UniqueFd pipe_;
};

}  // namespace heapdump
