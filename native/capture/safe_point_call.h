#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "capture/capture_handlers.h"
#include "capture/pause_stats.h"
#include "support/cancellation.h"

namespace heapdump {

// Runs a Python script in a running CPython, at a point where its main thread can run one:
//
//   stop -> infect -> let go -> (the script runs, its output is read) -> stop -> cure -> let go
//
// The main thread is the only one that is stopped. If it runs Python, the script is a pending call, made
// between two bytecodes; if it waits for a lock, it is woken for it; if it is blocked in a system call
// without the GIL, it takes the GIL, runs the script and makes the system call again.
struct SafePointCall {
  pid_t pid;
  // Python source; `@FD@` in it becomes the number of the descriptor that it may write to.
  std::string script;
  // Longest wait for a safe point, and longest silence of a script that runs.
  std::chrono::milliseconds timeout;
  // Whether the dump says which files are mapped.
  bool keeps_names;
  // Whether it writes a dump, which could be taken without a script, too.
  bool is_dump;
  CaptureHandlers handlers;
  const Cancellation& cancellation;

  struct Result {
    bool in_syscall;
    PauseStats pauses;
    // The target has no other thread: nothing but the script ran in it.
    bool single_threaded;
  };

  // Throws Error: kCannotAttach before anything was changed in the target, kCaptureFailed after it was put
  // back. The whole of it must run on one thread (ptrace knows its tracer by thread), which may end with the
  // call.
  Result run();
};

}  // namespace heapdump
