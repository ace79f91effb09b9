#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>

namespace heapdump {

// When a thread that is blocked has gone to sleep (/proc/PID/sched), to tell later for how long it has slept.
struct Sleep {
  // By the clock of the processor's run queue.
  std::chrono::nanoseconds since;
  uint64_t voluntary_switches;
  int processor;
};

// Nothing if the kernel does not tell (CONFIG_SCHED_DEBUG).
std::optional<Sleep> read_sleep(pid_t tid);

// How long at least a thread slept that has been woken since then, and stopped at once. Nothing if it did
// anything else.
std::optional<std::chrono::nanoseconds> time_slept(const Sleep& before, pid_t tid);

// Whether a thread is in a system call that ends after a time of which the kernel keeps no record when the
// call is interrupted: epoll_wait with a time-out.
bool is_in_timed_wait(pid_t tid);

}  // namespace heapdump
