#pragma once
#include <vector>

#include "index/held_from_c.h"
#include "index/hold_graph.h"

namespace heapdump {

void PlaceRetained(uint32_t objects, IndexWriter& writer);

// Finds who dominates whom, and writes that, the retained sizes, and the permutation by them. Returns the
// sizes that did not fit, by id.
std::vector<LargeRow> WriteRetained(const HoldGraph& graph, const Held& held,
                                    const std::vector<LargeRow>& large_sizes, IndexWriter& writer);

}  // namespace heapdump
