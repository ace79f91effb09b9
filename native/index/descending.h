#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "support/page_array.h"

namespace heapdump {

// The ids below `objects` by value(id), largest first, ties by id; only the first `count` of them.
template <typename Value>
PageArray<uint32_t> ids_descending(uint32_t objects, uint32_t count, Value value) {
  constexpr uint32_t kCounted = 1 << 16;  // values below this, nearly all, are sorted by counting
  std::vector<uint32_t> ranks(kCounted);
  std::vector<std::pair<uint64_t, uint32_t>> large;
  for (uint32_t id = 0; id < objects; ++id) {
    const uint64_t of = value(id);
    if (of < kCounted) {
      ranks[of]++;
    } else {
      large.emplace_back(of, id);
    }
  }
  std::ranges::stable_sort(large, std::greater{}, [](const auto& pair) { return pair.first; });
  PageArray<uint32_t> ids(std::min(count, objects));
  for (size_t rank = 0; rank < std::min(large.size(), ids.size()); ++rank) ids[rank] = large[rank].second;
  uint32_t next = static_cast<uint32_t>(large.size());
  uint64_t smallest = kCounted;  // that has a rank below `count`
  for (uint32_t i = kCounted; i-- > 0;) {
    if (next < ids.size()) smallest = i;
    next += std::exchange(ranks[i], next);
  }
  for (uint32_t id = 0; id < objects; ++id) {
    const uint64_t of = value(id);
    if (of < smallest || of >= kCounted) continue;
    const uint32_t rank = ranks[of]++;
    if (rank < ids.size()) ids[rank] = id;
  }
  return ids;
}

}  // namespace heapdump
