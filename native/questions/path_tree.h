#pragma once
#include <cstdint>

#include "index/heap_index.h"
#include "index/pages.h"

namespace heapdump {

// The objects whose paths go on from each object, as lists; those where paths begin are below kTop.
class PathTree {
 public:
  static constexpr uint32_t kTop = kNone;

  explicit PathTree(const HeapIndex& heap);

  // kNone where no path goes on.
  uint32_t first_child(uint32_t id) const { return (id == kTop ? top_ : first_[id]) - 1; }
  // kNone for the last.
  uint32_t next_sibling(uint32_t id) const { return next_[id] - 1; }

  // Adds to each object's value those of all objects below it, and gives the sum of all.
  int64_t SumUp(PageArray<int64_t>& values) const;

 private:
  const HeapIndex& heap_;
  PageArray<uint32_t> first_, next_;  // id + 1, so that 0 is none
  uint32_t top_ = 0;
};

}  // namespace heapdump
