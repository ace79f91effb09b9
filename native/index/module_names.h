#pragma once
#include <cstdint>
#include <vector>

#include "index/hold_graph.h"

namespace heapdump {

// Entries of a module's `__dict__` that it had at one time, as rows that HoldGraph::target takes.
struct NamesOfModule {
  uint32_t module;
  uint32_t dict;
  uint64_t begin;
  uint64_t end;
};

// The names of all modules in the order in which these had them: who defines an object has it before those
// that import it from there. sys.modules has the modules in the order in which their imports were complete,
// `__main__` apart, which is so last. A package had what it has before a submodule when the import of that
// was complete. (In a circle of imports without packages the module that was complete first is taken.)
std::vector<NamesOfModule> names_in_order(const HoldGraph& graph, const Tables& tables);

// Whether an object says itself that it is of that module: a function refers to its `__dict__`, and a class
// or a logger to the very str that is its `__name__`.
bool is_defined_in(const HoldGraph& graph, uint32_t object, const NamesOfModule& names);

}  // namespace heapdump
