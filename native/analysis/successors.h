#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>

#include "analysis/matching.h"
#include "heap/heap_index.h"
#include "heap/object_tree.h"

namespace heapdump {

// What stands in the newer dump where something that went stood in the older one: in the same holder, under
// the same name, key or index, with the same type. A list that a program replaces by a longer one is one
// place that grew.
class Successors {
 public:
  Successors(const HeapIndex& old, const HeapIndex& now, const ObjectTree& tree, const Matching& matching)
      : old_(old), now_(now), tree_(tree), matching_(matching) {}

  // Of what `holder` held in the older dump, the successor in what `holder_now` holds, or kNone.
  uint32_t find(uint32_t holder, uint32_t gone, uint32_t holder_now);

 private:
  using Places = std::unordered_map<std::string, uint32_t>;
  const Places& new_places(uint32_t holder_now);

  const HeapIndex& old_;
  const HeapIndex& now_;
  const ObjectTree& tree_;
  const Matching& matching_;
  std::unordered_map<uint32_t, Places> by_holder_;
};

}  // namespace heapdump
