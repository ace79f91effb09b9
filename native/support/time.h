#pragma once
#include <chrono>

namespace heapdump {

// A moment of the monotonic clock, which is one for all processes of a machine.
using TimePoint = std::chrono::steady_clock::time_point;
// One until which something is waited for.
using Deadline = TimePoint;

}  // namespace heapdump
