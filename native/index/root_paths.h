#pragma once
#include "index/held_by_c.h"
#include "index/hold_graph.h"

namespace heapdump {

void place_root_paths(uint32_t objects, IndexWriter& writer);

// Finds for each object that is alive the path from a root that says most, and writes its holder there and
// the number of references on it. Of the roots with a name, the nearest; those that come and go, as the
// locals of running functions and what a thread has, count as kFrameLead references farther away than a
// module, and so does what modules have in their C state, without a name. A `__dict__` on the way counts for
// nothing. Then, for what these do not reach: the instances of a type; last, C code and immortality.
// What several modules have under a name is found where it is defined (index/module_names.h).
void write_root_paths(const HoldGraph& graph, const Held& held, const Tables& tables, IndexWriter& writer);

constexpr uint32_t kFrameLead = 6;
constexpr uint32_t kInterpreterLead = 2;

// References that a root of that kind (hd_root_kind) counts as farther away than a module.
uint32_t root_penalty(uint32_t kind);

}  // namespace heapdump
