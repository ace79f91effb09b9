#pragma once
#include <vector>

#include "index/held_by_c.h"
#include "index/hold_graph.h"

namespace heapdump {

void place_retained(uint32_t objects, IndexWriter& writer);

// Finds who dominates whom, and writes that, the retained sizes, and the permutation by them. Returns the
// sizes that did not fit, by id.
std::vector<LargeRow> write_retained(const HoldGraph& graph, const Held& held,
                                     const std::vector<LargeRow>& large_sizes, IndexWriter& writer);

}  // namespace heapdump
