#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace heapdump {

// A few of some objects, evenly among all: those that are asked for what they have in common.
inline std::vector<uint32_t> evenly(const std::vector<uint32_t>& objects) {
  constexpr size_t kSampled = 256;
  const size_t sampled = std::min(objects.size(), kSampled);
  std::vector<uint32_t> sample;
  for (size_t i = 0; i < sampled; ++i) sample.push_back(objects[i * objects.size() / sampled]);
  return sample;
}

}  // namespace heapdump
