#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "capture/capture_handlers.h"
#include "capture/pause_stats.h"
#include "capture/safe_point_stop.h"
#include "capture/walk_task.h"
#include "support/cancellation.h"

namespace heapdump {

// Takes the heap of a running CPython without running any of its code:
//
//   fork:  stop all threads -> clone -> let go -> (the walker runs in the copy) -> reap
//   stop:  stop all threads -> clone a task in the target's memory -> (the walker runs) -> reap -> let go
struct Snapshot {
  enum class Kind { kFork, kStop };

  pid_t pid;
  Kind kind;
  ContentKept content;
  std::span<const TypesFile> types;
  // Longest wait for the threads to stop.
  std::chrono::milliseconds timeout;
  CaptureHandlers handlers;
  const Cancellation& cancellation;

  struct Result {
    Route route;
    PauseStats pauses;
    // What could not be taken out of the target again, in words.
    std::vector<std::string> left;
  };

  // Throws Error: kCannotAttach before anything was done to the target, kCaptureFailed after it was put back.
  // The whole of it must run on one thread, which is to end with it: what is still traced then is let go by
  // the kernel.
  Result run();
};

}  // namespace heapdump
