#pragma once
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"
#include "heap/object_tree.h"

namespace heapdump {

// For each of `groups` groups, the sum of `weight(id)` of those of its objects that are below no other of the
// group in a tree: if an object's weight is that of all that is below it, what is below any of the group.
// `group(id)` is below `groups`, or kNone for no group; garbage, which is in no tree, counts for nothing.
template <typename Group, typename Weight>
std::vector<uint64_t> summed_by_group(const ObjectTree& tree, uint32_t groups, Group group, Weight weight) {
  std::vector<uint64_t> sums(groups);
  std::vector<uint32_t> open(groups);  // how many of the group are the present object or above it
  std::vector<uint32_t> levels;        // the group of each of these
  for (Preorder walk = tree.preorder(ObjectTree::kTop); walk.id() != kNone; walk.next()) {
    for (; levels.size() > walk.depth(); levels.pop_back()) {
      if (levels.back() != kNone) open[levels.back()]--;
    }
    const uint32_t own = group(walk.id());
    if (own != kNone && open[own]++ == 0) sums[own] += weight(walk.id());
    levels.push_back(own);
  }
  return sums;
}

// What the objects of a group retain, each by itself and nothing twice, in bytes: the minimum that would be
// freed with all of them, since what only several together keep alive is not in it.
template <typename Group>
std::vector<uint64_t> retained_by_group(const HeapIndex& heap, const ObjectTree& dominators, uint32_t groups,
                                        Group group) {
  return summed_by_group(dominators, groups, group, [&](uint32_t id) { return heap.retained(id); });
}

}  // namespace heapdump
