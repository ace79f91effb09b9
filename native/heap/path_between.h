#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "heap/avoid.h"
#include "heap/dict_owners.h"
#include "heap/strong_references.h"
#include "support/bits.h"

namespace heapdump {

struct BetweenLimits {
  size_t paths;
  uint32_t length;  // references
};

// The shortest paths from objects of one set to any of another, each from another object and through none
// else of the first set, the shortest first; ids. No path is of one object alone. A `__dict__` is as near as
// its owner. References of instances to their types are gone only if there is no path without them.
std::vector<std::vector<uint32_t>> paths_between(const StrongReferences& references, const DictOwners& owners,
                                                 const Bits& from, const Bits& to, const Avoid& avoid,
                                                 const BetweenLimits& limits);

// Each of these ids' part of the path, as format_parts() has them; the first is a module or
// `<shop.Session 0x7f0000007530>`.
std::vector<std::string> format_parts_between(const HeapIndex& heap, const std::vector<uint32_t>& ids,
                                              const Avoid& avoid);

}  // namespace heapdump
