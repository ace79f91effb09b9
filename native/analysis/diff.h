#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/matching.h"
#include "heap/heap_index.h"

namespace heapdump {

// Objects by what they have in common, such as a type: a number of each, and the name that a number stands
// for, the same in every dump.
struct Grouping {
  std::function<uint32_t(uint32_t id)> number;
  std::function<std::string(uint32_t number)> name;
};

struct Counted {
  uint64_t count = 0;
  uint64_t size = 0;  // bytes

  void add(uint64_t bytes) {
    count++;
    size += bytes;
  }
};

struct Difference {
  std::string name;
  Counted old, now, fresh, gone;

  uint64_t kept() const { return now.count - fresh.count; }
};

// A row for each group that either heap has, those first that grew most.
std::vector<Difference> find_differences(const HeapIndex& old, const Grouping& old_grouping,
                                         const HeapIndex& now, const Grouping& now_grouping,
                                         const Matching& matching);

}  // namespace heapdump
