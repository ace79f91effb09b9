#pragma once
#include <cstdint>
#include <vector>

#include "index/heap_index.h"
#include "index/pages.h"

namespace heapdump {

// The objects that each object dominates at once, as lists; by id.
class DominatorTree {
 public:
  explicit DominatorTree(const HeapIndex& heap);

  // kNone where it dominates nothing.
  uint32_t first_child(uint32_t id) const { return first_[id] - 1; }
  // kNone for the last.
  uint32_t next_sibling(uint32_t id) const { return next_[id] - 1; }

 private:
  PageArray<uint32_t> first_, next_;  // id + 1, so that 0 is none
};

// What the objects of a group retain, each by itself and nothing twice, for each of `groups` groups, in
// bytes: the least that would be freed with all of them, since what only several together keep alive is not
// in it. `group(id)` is below `groups`, or kNone for no group; garbage counts for nothing.
template <typename Group>
std::vector<uint64_t> RetainedByGroup(const HeapIndex& heap, const DominatorTree& tree, uint32_t groups,
                                      Group group) {
  std::vector<uint64_t> retained(groups);
  std::vector<uint32_t> open(groups);  // how many of the group dominate the present object
  struct Level {
    uint32_t group;
    uint32_t next;
  };
  std::vector<Level> levels;
  const auto enter = [&](uint32_t id) {
    const uint32_t own = group(id), child = tree.first_child(id);
    if (own != kNone && open[own] == 0) retained[own] += heap.retained(id);
    if (child == kNone) return;
    if (own != kNone) open[own]++;
    levels.push_back({own, child});
  };
  for (uint32_t top = 0; top < heap.objects(); top++) {
    if (heap.dominator(top) != kNone || heap.is_garbage(top)) continue;
    enter(top);
    while (!levels.empty()) {
      const uint32_t id = levels.back().next;
      if (id == kNone) {
        if (levels.back().group != kNone) open[levels.back().group]--;
        levels.pop_back();
      } else {
        levels.back().next = tree.next_sibling(id);
        enter(id);
      }
    }
  }
  return retained;
}

}  // namespace heapdump
