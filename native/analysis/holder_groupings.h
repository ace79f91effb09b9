#pragma once
#include <memory>

#include "analysis/grouping.h"

namespace heapdump {

// Objects by the set of groups that their holders are of; a `__dict__` counts as the object whose attributes
// it has.
std::unique_ptr<Grouping> by_referrers(Groupings& groupings, Grouping& of_holders);
// Objects by the set of ways in which they are held.
std::unique_ptr<Grouping> by_ways(Groupings& groupings);
// Objects by several groupings at once.
std::unique_ptr<Grouping> by_several(std::vector<Grouping*> groupings);

}  // namespace heapdump
