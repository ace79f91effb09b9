#include "heap/reachable.h"

#include "protocol.h"

namespace heapdump {

ReachableWalk::ReachableWalk(const HeapIndex& heap, uint32_t from) : heap_(heap) {
  if (from >= heap.objects()) return;
  visited_ = Bits(heap.objects());
  visit(from);
}

void ReachableWalk::next() {
  expand(found_[at_]);
  at_++;
  if (at_ == level_end_) {
    level_end_ = found_.size();
    distance_++;
  }
}

void ReachableWalk::expand(uint32_t id) {
  const Range range = heap_.positions(id);
  for (uint64_t row = range.begin; row < range.end; ++row) {
    const uint32_t target = heap_.target(row);
    if (target != kNone && heap_.kind(id, row - range.begin) != HD_REF_WEAK) visit(target);
  }
}

void ReachableWalk::visit(uint32_t id) {
  if (visited_.add(id)) found_.push_back(id);
}

}  // namespace heapdump
