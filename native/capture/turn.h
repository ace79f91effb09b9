#pragma once
#include <sys/types.h>

#include <chrono>

#include "support/cancellation.h"
#include "support/time.h"
#include "support/unique_fd.h"

namespace heapdump {

// One heapdump at a time stops the threads of a target: a capture, or what takes out the leftovers of one.
// Two that stop the main thread by turns keep it from the GIL, and each mistakes what the other does for the
// target's own doing.
class Turn {
 public:
  // Waits for the others, and goes on without them at `deadline`. Throws Error(kCaptureFailed) if cancelled.
  Turn(pid_t target, Deadline deadline, const Cancellation& cancellation);

  // What a capture waits for the others: to take out leftovers mostly takes half a second.
  static constexpr std::chrono::seconds kPatience{5};

  void end() { lock_.reset(); }

 private:
  // The kernel unlocks it if its owner dies.
  UniqueFd lock_;
};

}  // namespace heapdump
