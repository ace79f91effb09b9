#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace heapdump {

// A few of some objects, evenly among all, but in step with nothing: those that are asked for what they have
// in common.
inline std::vector<uint32_t> evenly(const std::vector<uint32_t>& objects) {
  constexpr size_t kSampled = 256;
  const size_t sampled = std::min(objects.size(), kSampled);
  std::vector<uint32_t> sample;
  for (size_t i = 0; i < sampled; ++i) {
    const size_t begin = i * objects.size() / sampled, end = (i + 1) * objects.size() / sampled;
    sample.push_back(objects[begin + i * 0x9e3779b97f4a7c15 % (end - begin)]);
  }
  return sample;
}

// Adds one to the first few of some objects.
inline void add_first(std::vector<uint32_t>& first, uint32_t id) {
  constexpr size_t kFirst = 64;
  if (first.size() < kFirst) first.push_back(id);
}

}  // namespace heapdump
