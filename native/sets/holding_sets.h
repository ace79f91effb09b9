#pragma once
#include <algorithm>
#include <vector>

#include "analysis/grouping.h"
#include "support/bits.h"

namespace heapdump {

// Sets of what is one step from a set, or many. A `__dict__` is one with the object whose attributes it has:
// that is the holder of what the dict refers to.

Bits referrers_of(const HeapIndex& heap, Groupings& groupings, const Bits& set);
Bits referents_of(const HeapIndex& heap, Groupings& groupings, const Bits& set);
// All that the set reaches, itself among it.
Bits reach_of(const HeapIndex& heap, Groupings& groupings, const Bits& set);
// The immediate dominators.
Bits dominators_of(const HeapIndex& heap, Groupings& groupings, const Bits& set);

// `each(target, way)` of what an object refers to, and of what the dicts of its attributes do.
template <typename Each>
void each_way(Groupings& groupings, uint32_t id, Each each) {
  const DictOwners& owners = groupings.dict_owners();
  Ways& ways = groupings.ways();
  std::vector<uint32_t> found{id};
  for (size_t i = 0; i < found.size(); ++i) {
    const uint32_t from = found[i];
    groupings.references().held(from, [&](uint32_t target, uint64_t position) {
      each(target, from == id ? ways.of_plain_dict(from, position) : ways.of(from, position));
      const bool is_own = owners.of(target) == id;
      if (is_own && std::ranges::find(found, target) == found.end()) found.push_back(target);
    });
  }
}

}  // namespace heapdump
