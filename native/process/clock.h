#pragma once
#include <sys/types.h>

#include <chrono>

namespace heapdump {

// The kernel's unit of processor time in /proc (USER_HZ).
std::chrono::nanoseconds clock_tick();

// What the process's CLOCK_MONOTONIC is ahead of ours (time namespaces).
std::chrono::nanoseconds clock_ahead(pid_t pid);

}  // namespace heapdump
