#pragma once
#include <cstdint>

#include "heap/heap_index.h"
#include "support/page_array.h"

namespace heapdump {

// Objects below objects, as lists by id; those that stand below none are below kTop. Garbage is in no tree.
class ObjectTree {
 public:
  static constexpr uint32_t kTop = kNone;

  // Each object below its dominator.
  static ObjectTree of_dominators(const HeapIndex& heap);
  // Each object below its holder on the path from a root.
  static ObjectTree of_paths(const HeapIndex& heap);

  // kNone where nothing is below it.
  uint32_t first_child(uint32_t id) const { return (id == kTop ? top_ : first_[id]) - 1; }
  // kNone for the last.
  uint32_t next_sibling(uint32_t id) const { return next_[id] - 1; }

  // Adds to each object's value those of all objects below it, and gives the sum of all.
  int64_t sum_up(PageArray<int64_t>& values) const;

 private:
  explicit ObjectTree(uint32_t objects) : first_(objects), next_(objects) {}
  void add(uint32_t id, uint32_t parent);

  PageArray<uint32_t> first_, next_;  // id + 1, so that 0 is none
  uint32_t top_ = 0;
};

}  // namespace heapdump
