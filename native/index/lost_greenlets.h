#pragma once
#include "index/held_by_c.h"
#include "index/hold_graph.h"

namespace heapdump {

// Gives a root to each suspended greenlet that no root reaches: only its own stack refers to it, or garbage
// does. The collector never frees one.
void root_lost_greenlets(const HoldGraph& graph, Held& held, Tables& tables);

}  // namespace heapdump
