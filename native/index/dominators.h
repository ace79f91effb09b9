#pragma once
#include "index/spanning_tree.h"

namespace heapdump {

// By number: the number of the immediate dominator, which is smaller; 0 for the super-root. Garbage holds
// nothing that is alive. After Lengauer and Tarjan, "A Fast Algorithm for Finding Dominators in a Flowgraph"
// (1979), with simple linking: O(m log n) for every shape.
PageArray<uint32_t> dominators(const HoldGraph& graph, const SpanningTree& tree);

}  // namespace heapdump
