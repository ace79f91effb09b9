#pragma once
#include <cstdint>
#include <vector>

#include "analysis/grouping.h"
#include "sets/list_match.h"
#include "sets/set_tree.h"
#include "support/bits.h"

namespace heapdump {

// Sets of what is held in some way, by some holders.

// What the objects of a set refer to in that way.
Bits step(const HeapIndex& heap, Groupings& groupings, const Bits& set, const WayPattern& pattern);
// Those of `within` whose holders are as the list of by() says. `terms` has for each kind a bit for each name
// of the list that is its name.
Bits held_by(const HeapIndex& heap, Groupings& groupings, const std::vector<uint64_t>& terms,
             const SetTree& list, const Bits& within);
// Those of `within` that are held as the list of via() says.
Bits held_via(const HeapIndex& heap, Groupings& groupings, const SetTree& list, const Bits& within);

}  // namespace heapdump
