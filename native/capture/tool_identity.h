#pragma once
#include <chrono>
#include <cstdint>

namespace heapdump {

// Which heapdump has put something into a target.
struct ToolIdentity {
  uint64_t pid_namespace;  // an inode
  int64_t pid;             // in that namespace
  uint64_t start_ticks;    // since the boot

  bool operator==(const ToolIdentity&) const = default;

  static ToolIdentity self();
  // Of one in another pid namespace it is only known that it has given up a minute after `deadline`
  // (CLOCK_MONOTONIC).
  bool may_live(std::chrono::nanoseconds deadline) const;
};

}  // namespace heapdump
