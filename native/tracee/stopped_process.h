#pragma once
#include <memory>
#include <string>
#include <vector>

#include "tracee/stopped_thread.h"

namespace heapdump {

// Stops all threads of a process, and lets them go again, as often as is needed.
//
// A thread in an uninterruptible sleep (a disk or network file system that hangs, vfork) does not stop, and
// need not: the kernel has been told to stop it, and does so before the thread executes another instruction
// of the program. It hangs, in the words of this class, until it stops, and is then to be let go
// (`release_late`).
class StoppedProcess {
 public:
  StoppedProcess(pid_t pid, bool suspends_filters) : pid_(pid), suspends_filters_(suspends_filters) {}

  // Afterwards no thread executes the program, and at least one is stopped. False if that has not come about
  // within 100 ms, or until `deadline`: all run on. Throws Error: kCannotAttach if the process cannot be
  // traced, kCaptureFailed if it ends.
  bool stop(Deadline deadline);
  void detach();
  void detach_all_but(const StoppedThread& kept);
  bool is_stopped() const;
  // After `detach`: lets the threads go that hung until now. To be called often while there may be some.
  void release_late();

  bool main_hangs() const;
  // Those that are stopped, the main thread first.
  std::vector<StoppedThread*> stopped() const;
  // Of the threads that hang; where that is not known it is left out.
  std::vector<uint64_t> stack_pointers_of_hanging() const;
  std::chrono::nanoseconds stopped_for() const { return std::chrono::steady_clock::now() - since_; }
  // Why `stop` failed, to follow "the target cannot be stopped: ".
  std::string obstacle() const;

 private:
  bool seize_new();
  bool wait_for_all(Deadline deadline);

  pid_t pid_;
  bool suspends_filters_;
  // In the order of their age. Those that are not stopped hang.
  std::vector<std::unique_ptr<StoppedThread>> threads_;
  TimePoint since_;
};

}  // namespace heapdump
