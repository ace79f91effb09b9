#include "process/gap.h"

#include <algorithm>

#include "process/page.h"
#include "support/error.h"

namespace heapdump {
namespace {

constexpr uint64_t kLowestGap = 1 << 20;
constexpr uint64_t kAddressLimit = (uint64_t{1} << 47) - kPage;

}  // namespace

uint64_t find_gap(const std::vector<Mapping>& maps, uint64_t size) {
  // In the midst of the largest: far from what grows.
  uint64_t best = 0;
  uint64_t largest = 0;
  uint64_t end = kLowestGap;
  const auto consider = [&](uint64_t start) {
    if (start > end && start - end > largest) {
      largest = start - end;
      best = end + pages((largest - std::min(largest, size)) / 2);
    }
  };
  for (const Mapping& mapping : maps) {
    consider(std::min(mapping.start, kAddressLimit));
    end = std::max(end, mapping.end);
  }
  consider(kAddressLimit);
  if (largest > size + 2 * kPage) return best;
  throw target_spared("the target's address space has no room");
}

}  // namespace heapdump
