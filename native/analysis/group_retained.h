#pragma once
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"
#include "heap/object_tree.h"

namespace heapdump {

// What the objects of a group retain, each by itself and nothing twice, for each of `groups` groups, in
// bytes: the least that would be freed with all of them, since what only several together keep alive is not
// in it. `group(id)` is below `groups`, or kNone for no group; garbage counts for nothing.
template <typename Group>
std::vector<uint64_t> retained_by_group(const HeapIndex& heap, const ObjectTree& dominators, uint32_t groups,
                                        Group group) {
  std::vector<uint64_t> retained(groups);
  std::vector<uint32_t> open(groups);  // how many of the group dominate the present object
  struct Level {
    uint32_t group;
    uint32_t next;
  };
  std::vector<Level> levels;
  const auto enter = [&](uint32_t id) {
    const uint32_t own = group(id), child = dominators.first_child(id);
    if (own != kNone && open[own] == 0) retained[own] += heap.retained(id);
    if (child == kNone) return;
    if (own != kNone) open[own]++;
    levels.push_back({own, child});
  };
  levels.push_back({kNone, dominators.first_child(ObjectTree::kTop)});
  while (!levels.empty()) {
    const uint32_t id = levels.back().next;
    if (id == kNone) {
      if (levels.back().group != kNone) open[levels.back().group]--;
      levels.pop_back();
    } else {
      levels.back().next = dominators.next_sibling(id);
      enter(id);
    }
  }
  return retained;
}

}  // namespace heapdump
