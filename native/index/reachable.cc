#include "index/reachable.h"

#include "protocol.h"

namespace heapdump {

ReachableWalk::ReachableWalk(const HeapIndex& heap, uint32_t from) : heap_(heap) {
  if (from >= heap.objects()) return;
  visited_.resize(heap.objects() / 64 + 1);
  Visit(from);
}

void ReachableWalk::Next() {
  Expand(found_[at_]);
  at_++;
  if (at_ == level_end_) {
    level_end_ = found_.size();
    distance_++;
  }
}

void ReachableWalk::Expand(uint32_t id) {
  const Range range = heap_.Positions(id);
  for (uint64_t row = range.begin; row < range.end; row++) {
    const uint32_t target = heap_.target(row);
    if (target != kNone && heap_.kind(id, row - range.begin) != HD_REF_WEAK) Visit(target);
  }
}

void ReachableWalk::Visit(uint32_t id) {
  uint64_t& word = visited_[id / 64];
  const uint64_t bit = uint64_t{1} << (id % 64);
  if ((word & bit) != 0) return;
  word |= bit;
  found_.push_back(id);
}

}  // namespace heapdump
