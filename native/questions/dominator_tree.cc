#include "questions/dominator_tree.h"

namespace heapdump {

DominatorTree::DominatorTree(const HeapIndex& heap) : first_(heap.objects()), next_(heap.objects()) {
  for (uint32_t id = heap.objects(); id-- > 0;) {
    const uint32_t dominator = heap.dominator(id);
    if (dominator == kNone || dominator == id) continue;
    next_[id] = first_[dominator];
    first_[dominator] = id + 1;
  }
}

}  // namespace heapdump
