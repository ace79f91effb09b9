#pragma once
#include <cstdint>

namespace heapdump {

constexpr uint64_t kPage = 4096;

// `size`, or an address, rounded up to whole pages.
constexpr uint64_t pages(uint64_t size) { return (size + kPage - 1) & ~(kPage - 1); }

}  // namespace heapdump
