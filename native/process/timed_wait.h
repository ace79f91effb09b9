#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "process/memory.h"

namespace heapdump {

// When a thread that is blocked has gone to sleep (/proc/PID/sched), to tell later for how long it has slept.
struct Sleep {
  // By the clock of the run queue of the processor that it ran on.
  std::chrono::nanoseconds since;
  int processor;
  // By how much CLOCK_MONOTONIC is ahead of that clock; nothing if the processor has no moment for this tool.
  std::optional<std::chrono::nanoseconds> ahead;
  uint64_t voluntary_switches;
};

// Nothing if the kernel does not tell (CONFIG_SCHED_DEBUG).
std::optional<Sleep> read_sleep(pid_t tid);

// How long at least a thread slept that has been woken since then, and stopped at once. Nothing if it did
// anything else, or was woken on another processor and that clock is not known.
std::optional<std::chrono::nanoseconds> time_slept(const Sleep& before, pid_t tid);

// What remains of a time-out in milliseconds; one that is not positive has no end or is no wait, and stays.
int32_t rest_of(int32_t time_out, std::chrono::nanoseconds passed);

// Writes at `rest` a timespec of what remains of the one at `request`. False if that is not known.
bool put_rest(const Memory& memory, uint64_t request, std::optional<std::chrono::nanoseconds> slept,
              uint64_t rest);

// Of a call that the kernel gives up when its thread is stopped, without telling what remains of its
// time-out, which of its arguments (from 0) is the address of that, a timespec. Nothing of other calls.
std::optional<int> timeout_argument(long number);

// Whether a thread is in a system call that ends after a time that cannot be told any more when the call has
// been interrupted: epoll_wait, poll, nanosleep, and those with a timeout_argument.
bool is_in_timed_wait(pid_t tid);

}  // namespace heapdump
