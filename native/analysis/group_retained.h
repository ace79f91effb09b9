#pragma once
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"
#include "heap/object_tree.h"

namespace heapdump {

// What the objects of a group retain, each by itself and nothing twice, for each of `groups` groups, in
// bytes: the minimum that would be freed with all of them, since what only several together keep alive is not
// in it. `group(id)` is below `groups`, or kNone for no group; garbage counts for nothing.
template <typename Group>
std::vector<uint64_t> retained_by_group(const HeapIndex& heap, const ObjectTree& dominators, uint32_t groups,
                                        Group group) {
  std::vector<uint64_t> retained(groups);
  std::vector<uint32_t> open(groups);  // how many of the group are the present object or dominate it
  std::vector<uint32_t> levels;        // the group of each of these
  for (Preorder walk = dominators.preorder(ObjectTree::kTop); walk.id() != kNone; walk.next()) {
    for (; levels.size() > walk.depth(); levels.pop_back()) {
      if (levels.back() != kNone) open[levels.back()]--;
    }
    const uint32_t own = group(walk.id());
    if (own != kNone && open[own]++ == 0) retained[own] += heap.retained(walk.id());
    levels.push_back(own);
  }
  return retained;
}

}  // namespace heapdump
