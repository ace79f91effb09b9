#pragma once
#include "index/held_by_c.h"
#include "index/hold_graph.h"
#include "support/page_array.h"

namespace heapdump {

// The tree of a depth-first search from the super-root, whose number is 0 and which holds every root and,
// after all that is alive, a first object of each piece of garbage. Numbers are in the order of the search.
// An object that holds nothing and has one holder is left out: its holder dominates it.
struct SpanningTree {
  PageArray<uint32_t> object;  // by number: id; of the super-root not set
  PageArray<uint32_t> parent;  // by number: number
  PageArray<uint32_t> number;  // by id; 0: left out
  uint32_t first_garbage = 0;  // number
  Bits live;                   // by id
};

SpanningTree search_from_roots(const HoldGraph& graph, const Held& held);

}  // namespace heapdump
