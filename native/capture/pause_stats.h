#pragma once
#include <algorithm>
#include <chrono>

namespace heapdump {

// How often, and how long at most, threads of the target were stopped.
struct PauseStats {
  int stops = 0;
  std::chrono::nanoseconds longest{};

  void add(std::chrono::nanoseconds stop) {
    ++stops;
    longest = std::max(longest, stop);
  }
};

}  // namespace heapdump
