#include "heap/object_tree.h"

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
  std::vector<uint32_t> open;  // the object of the walk and those above it
  const auto close = [&] {
    const int64_t sum = values[open.back()];
    open.pop_back();
    (open.empty() ? total : values[open.back()]) += sum;
  };
  for (Preorder walk = preorder(kTop); walk.id() != kNone; walk.next()) {
    while (open.size() > walk.depth()) close();
    open.push_back(walk.id());
  }
  while (!open.empty()) close();
  return total;
}

}  // namespace heapdump
