#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "heap/heap_index.h"
#include "heap/object_tree.h"

namespace heapdump {

// Objects that are alike: of one type, dominated by one group of objects, and held by these in the same way.
struct DominatorGroup {
  uint32_t parent;  // its row; kNone at the top
  uint32_t depth;   // 0 at the top
  std::string
      part;       // how a dominator holds them, a key or an index left open; empty if it does so indirectly
  uint32_t type;  // row of types()
  uint32_t example;  // id of the one that retains most
  uint64_t count = 0;
  uint64_t size = 0;      // bytes, as retained, with the dicts of their attributes
  uint64_t retained = 0;  // freed with all of them
  // Of the groups below it that are left out, since they retain less than was asked for; at the lowest level
  // all that is below, of which the groups are not counted.
  uint64_t hidden = 0, hidden_retained = 0;
};

// The tree of dominators from `objects` down (of all that is alive if it is empty), like ones as one: each
// group before those below it, of siblings those first that retain most. Groups that retain less than
// `least`, and more than `depth` steps down, are left out.
std::vector<DominatorGroup> group_dominators(const HeapIndex& heap, const ObjectTree& dominators,
                                             std::span<const uint32_t> objects, uint32_t depth,
                                             uint64_t least);

}  // namespace heapdump
