#include "questions/path_tree.h"

#include <vector>

namespace heapdump {

PathTree::PathTree(const HeapIndex& heap) : heap_(heap), first_(heap.objects()), next_(heap.objects()) {
  for (uint32_t id = heap.objects(); id-- > 0;) {
    const uint32_t parent = heap.path_parent(id);
    if (parent == kNone) continue;
    uint32_t& first = parent == id ? top_ : first_[parent];
    next_[id] = first;
    first = id + 1;
  }
}

int64_t PathTree::SumUp(PageArray<int64_t>& values) const {
  int64_t total = 0;
  std::vector<uint32_t> above;
  for (uint32_t begin = first_child(kTop); begin != kNone; begin = next_sibling(begin)) {
    uint32_t id = begin;
    for (;;) {
      const uint32_t child = first_child(id);
      if (child != kNone) {
        above.push_back(id);
        id = child;
        continue;
      }
      uint32_t next = kNone;
      while (!above.empty() && (next = next_sibling(id)) == kNone) {
        values[above.back()] += values[id];
        id = above.back();
        above.pop_back();
      }
      if (above.empty()) break;
      values[above.back()] += values[id];
      id = next;
    }
    total += values[begin];
  }
  return total;
}

}  // namespace heapdump
