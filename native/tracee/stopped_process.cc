#include "tracee/stopped_process.h"

#include <algorithm>

#include "process/listing.h"
#include "process/status.h"
#include "support/fault.h"

namespace heapdump {
namespace {

// As long as the other threads of a process wait for one that cannot be interrupted.
constexpr auto kInterruptTimeout = std::chrono::milliseconds(100);

bool has_ended(pid_t tid) {
  ProcessStatus status;
  return !read_status(tid, &status) || status.state == 'Z' || status.state == 'X';
}

}  // namespace

bool StoppedProcess::seize_new() {
  bool found = false;
  for (const pid_t tid : list_numbers(pid_, "task")) {
    const auto known = [&](const auto& thread) { return thread->tid() == tid; };
    if (std::any_of(threads_.begin(), threads_.end(), known)) continue;
    try {
      threads_.push_back(std::make_unique<StoppedThread>(tid, filtered_));
      found = true;
    } catch (const Error&) {
      // Threads come and go; the main thread may not.
      if (tid == pid_ || !has_ended(tid)) throw;
    }
  }
  return found;
}

bool StoppedProcess::wait_for(StoppedThread& thread, Deadline deadline) {
  try {
    return thread.wait(deadline);
  } catch (const Error&) {
    if (thread.tid() == pid_) throw;
    std::erase_if(threads_, [&](const auto& other) { return other.get() == &thread; });
    return true;
  }
}

bool StoppedProcess::stop(Deadline deadline) {
  // Those that the last attempt left: they were interrupted then.
  while (!threads_.empty()) {
    const size_t before = threads_.size();
    if (!wait_for(*threads_.front(), deadline)) return false;
    if (threads_.size() == before) threads_.erase(threads_.begin());
  }
  bool first = true;
  for (size_t stopped = 0; seize_new() || stopped < threads_.size();) {
    if (first) since_ = std::chrono::steady_clock::now();
    first = false;
    for (size_t i = stopped; i < threads_.size(); ++i) {
      try {
        threads_[i]->interrupt();
      } catch (const Error&) {
        if (threads_[i]->tid() == pid_) throw;  // Another one's end is found by waiting for it.
      }
    }
    const Deadline until = std::min(deadline, std::chrono::steady_clock::now() + kInterruptTimeout);
    while (stopped < threads_.size()) {
      const size_t before = threads_.size();
      if (!wait_for(*threads_[stopped], until)) {
        detach();
        return false;
      }
      if (threads_.size() == before) ++stopped;
    }
  }
  if (threads_.empty() || threads_.front()->tid() != pid_) throw target_ended(pid_);
  fault_point("all-stopped");
  return true;
}

void StoppedProcess::detach() {
  std::erase_if(threads_, [](const auto& thread) { return thread->is_stopped(); });
}

std::string StoppedProcess::obstacle() const {
  for (const auto& thread : threads_) {
    if (!thread->is_stopped()) return "is in the system call " + current_system_call(thread->tid());
  }
  return "cannot be stopped";
}

}  // namespace heapdump
