#include "tracee/stopped_process.h"

#include <algorithm>
#include <thread>

#include "process/listing.h"
#include "process/stat.h"
#include "process/status.h"
#include "support/fault.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// As long as the other threads of a process wait for one that does not stop.
constexpr auto kTimeToStop = 100ms;
// A sleep that short is one of many: for a page, for a lock of the kernel's.
constexpr auto kShortSleep = 2ms;
constexpr auto kPoll = 20us;

// In the kernel, of a thread that was told to stop: it cannot execute the program before it has.
bool hangs(pid_t tid) {
  const auto stat = read_thread_stat(tid);
  return stat && stat->state == 'D';
}

}  // namespace

bool StoppedProcess::seize_new() {
  std::vector<pid_t> found;
  const auto is = [](pid_t tid) { return [tid](const auto& thread) { return thread->tid() == tid; }; };
  // Threads come and go; the main thread may not.
  const auto unless_ended = [&](pid_t tid, const auto& action) {
    try {
      action();
    } catch (const Error&) {
      if (tid == pid_ || !has_ended(tid)) throw;
      std::erase_if(threads_, is(tid));
    }
  };
  for (const pid_t tid : list_numbers(pid_, "task")) {
    if (std::ranges::any_of(threads_, is(tid))) continue;
    unless_ended(tid, [&] {
      threads_.push_back(std::make_unique<StoppedThread>(tid, suspends_filters_));
      found.push_back(tid);
    });
  }
  // Only now: until then all run.
  for (const pid_t tid : found)
    unless_ended(tid, [&] { (*std::ranges::find_if(threads_, is(tid)))->interrupt(); });
  return !found.empty();
}

bool StoppedProcess::wait_for_all(Deadline deadline) {
  const Deadline short_sleep = std::min(deadline, steady_clock::now() + kShortSleep);
  for (;; std::this_thread::sleep_for(kPoll)) {
    std::erase_if(threads_, [&](const auto& thread) {
      try {
        thread->wait(steady_clock::now());
        return false;
      } catch (const Error&) {
        if (thread->tid() == pid_) throw;
        return true;
      }
    });
    const auto stopped = [](const auto& thread) { return thread->is_stopped(); };
    const auto still = [](const auto& thread) { return thread->is_stopped() || hangs(thread->tid()); };
    if (std::ranges::all_of(threads_, stopped)) return true;
    const TimePoint now = steady_clock::now();
    if (now > short_sleep && std::ranges::any_of(threads_, stopped) && std::ranges::all_of(threads_, still))
      return true;
    if (now > deadline) return false;
  }
}

bool StoppedProcess::stop(Deadline deadline) {
  since_ = steady_clock::now();
  const Deadline until = std::min(deadline, since_ + kTimeToStop);
  seize_new();
  do {
    if (!wait_for_all(until)) {
      detach();
      return false;
    }
  } while (seize_new());
  if (!is_stopped()) throw target_ended(pid_);
  fault_point("all-stopped");
  return true;
}

void StoppedProcess::detach() {
  std::erase_if(threads_, [](const auto& thread) { return thread->is_stopped(); });
}

void StoppedProcess::detach_all_but(const StoppedThread& kept) {
  std::erase_if(threads_, [&](const auto& thread) { return thread->is_stopped() && thread.get() != &kept; });
}

bool StoppedProcess::is_stopped() const { return !stopped().empty(); }

void StoppedProcess::release_late() {
  std::erase_if(threads_, [](const auto& thread) {
    try {
      return thread->wait(steady_clock::now());
    } catch (const Error&) {
      return true;
    }
  });
}

bool StoppedProcess::main_hangs() const {
  return std::ranges::any_of(
      threads_, [&](const auto& thread) { return thread->tid() == pid_ && !thread->is_stopped(); });
}

std::vector<StoppedThread*> StoppedProcess::stopped() const {
  std::vector<StoppedThread*> found;
  for (const auto& thread : threads_) {
    if (thread->is_stopped()) found.push_back(thread.get());
  }
  std::ranges::stable_partition(found, [&](const StoppedThread* thread) { return thread->tid() == pid_; });
  return found;
}

std::vector<uint64_t> StoppedProcess::stack_pointers_of_hanging() const {
  std::vector<uint64_t> found;
  for (const auto& thread : threads_) {
    if (thread->is_stopped()) continue;
    if (const auto pointer = blocked_stack_pointer(thread->tid())) found.push_back(*pointer);
  }
  return found;
}

std::string StoppedProcess::obstacle() const {
  for (const auto& thread : threads_) {
    if (thread->is_stopped() || !hangs(thread->tid())) continue;
    const std::string call = current_system_call(thread->tid());
    return "a thread hangs in the kernel" + (call.empty() ? "" : " (" + call + ")");
  }
  return "its threads do not stop in time";
}

}  // namespace heapdump
