#pragma once
#include <memory>
#include <string>
#include <vector>

#include "tracee/stopped_thread.h"

namespace heapdump {

// Stops all threads of a process, and lets them go again, as often as is needed.
class StoppedProcess {
 public:
  StoppedProcess(pid_t pid, bool filtered) : pid_(pid), filtered_(filtered) {}

  // False if a thread cannot be interrupted (a disk or network file system that hangs): the others run on,
  // and the next call begins with waiting for that one. Throws Error: kCannotAttach if the process cannot
  // be traced, kCaptureFailed if it ends.
  bool stop(Deadline deadline);
  void detach();
  bool is_stopped() const { return !threads_.empty() && threads_.front()->is_stopped(); }

  StoppedThread& main() { return *threads_.front(); }
  const std::vector<std::unique_ptr<StoppedThread>>& threads() const { return threads_; }
  std::chrono::nanoseconds stopped_for() const { return std::chrono::steady_clock::now() - since_; }
  // What the thread that did not stop is doing, to follow "a thread of the target".
  std::string obstacle() const;

 private:
  bool seize_new();
  bool wait_for(StoppedThread& thread, Deadline deadline);

  pid_t pid_;
  bool filtered_;
  // The main thread first. Those that are not stopped are on their way to it.
  std::vector<std::unique_ptr<StoppedThread>> threads_;
  TimePoint since_;
};

}  // namespace heapdump
