#include "heap/object_tree.h"

#include <vector>

namespace heapdump {

ObjectTree ObjectTree::of_dominators(const HeapIndex& heap) {
  ObjectTree tree(heap.objects());
  for (uint32_t id = heap.objects(); id-- > 0;) {
    const uint32_t dominator = heap.dominator(id);
    if (!heap.is_garbage(id) && dominator != id) tree.add(id, dominator == kNone ? kTop : dominator);
  }
  return tree;
}

ObjectTree ObjectTree::of_paths(const HeapIndex& heap) {
  ObjectTree tree(heap.objects());
  for (uint32_t id = heap.objects(); id-- > 0;) {
    const uint32_t parent = heap.path_parent(id);
    if (parent != kNone) tree.add(id, parent == id ? kTop : parent);
  }
  return tree;
}

// Before those that were added, so that the lists are by id where ids are added downward.
void ObjectTree::add(uint32_t id, uint32_t parent) {
  uint32_t& first = parent == kTop ? top_ : first_[parent];
  next_[id] = first;
  first = id + 1;
}

int64_t ObjectTree::sum_up(PageArray<int64_t>& values) const {
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
