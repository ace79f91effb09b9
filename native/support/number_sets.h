#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "support/hash_numbers.h"

namespace heapdump {

// Numbers sets of numbers from 0, each once, whatever the order of what they were made of.
class NumberSets {
 public:
  // Sorts `members` and drops repetitions.
  uint32_t number(std::vector<uint32_t>& members) {
    if (members.size() > 1) {
      std::ranges::sort(members);
      const auto again = std::ranges::unique(members);
      members.erase(again.begin(), again.end());
    }
    uint64_t hash = members.size();
    for (const uint32_t member : members) hash = (hash ^ member) * 0x9e3779b97f4a7c15, hash ^= hash >> 29;
    const uint32_t known =
        numbers_.find(hash, [&](uint32_t number) { return std::ranges::equal(members_of(number), members); });
    if (known != kNone) return known;
    starts_.push_back(members_.size());
    members_.insert(members_.end(), members.begin(), members.end());
    return numbers_.add(hash);
  }
  uint32_t count() const { return numbers_.count(); }
  std::span<const uint32_t> members_of(uint32_t number) const {
    const size_t end = number + 1 < starts_.size() ? starts_[number + 1] : members_.size();
    return std::span(members_).subspan(starts_[number], end - starts_[number]);
  }

 private:
  HashNumbers numbers_;
  std::vector<uint32_t> members_;
  std::vector<size_t> starts_;  // by number
};

}  // namespace heapdump
