#pragma once
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"
#include "support/bits.h"

namespace heapdump {

// What an object reaches by references, the nearest first, itself at distance 0. Weak references and those to
// types are not followed.
class ReachableWalk {
 public:
  ReachableWalk(const HeapIndex& heap, uint32_t from);

  bool done() const { return at_ == found_.size(); }
  uint32_t id() const { return found_[at_]; }
  uint32_t distance() const { return distance_; }
  void next();

 private:
  void expand(uint32_t id);
  void visit(uint32_t id);

  const HeapIndex& heap_;
  Bits visited_;
  std::vector<uint32_t> found_;  // in the order of their distance
  size_t at_ = 0;
  size_t level_end_ = 1;
  uint32_t distance_ = 0;
};

}  // namespace heapdump
