#pragma once
#include <functional>
#include <string_view>

#include "analysis/grouping.h"
#include "analysis/joint.h"
#include "analysis/matching.h"
#include "sets/set_tree.h"
#include "support/bits.h"

namespace heapdump {

// What a set is worked out from.
struct SetSource {
  const HeapIndex& heap;
  Groupings& groupings;
  Joint& joint;
  // The heap compared with an earlier one; nullptr if there is none.
  std::function<const Matching*()> since;
  // Whether a type or an address that the heap does not have stands for no objects; else it is a mistake.
  bool allows_absent = false;
};

// The objects of a set (docs/sets.md). Throws Error(kUsage) with the place of a mistake.
Bits set_value(const SetSource& source, std::string_view text);

}  // namespace heapdump
