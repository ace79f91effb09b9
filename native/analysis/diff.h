#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/grouping.h"
#include "analysis/matching.h"
#include "heap/heap_index.h"
#include "support/bits.h"

namespace heapdump {

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
  Counted old, now, added, gone;

  uint64_t kept() const { return now.count - added.count; }
};

// What is compared of two heaps: the objects of a set; all where it is nullptr.
struct DiffOf {
  const Bits* old = nullptr;
  const Bits* now = nullptr;
};

// A row for each group that either heap has, those first that grew most; the name of what is in no group is
// empty.
std::vector<Difference> find_differences(const HeapIndex& old, Grouping& old_grouping, const HeapIndex& now,
                                         Grouping& now_grouping, const Matching& matching, DiffOf of = {});

// What one heap has of a group.
struct GroupCount {
  std::string name;  // empty for what is in none
  Counted all;
};

// The groups of a set, as find_differences matches them: one for each name, in no certain order. All objects
// if `of` is nullptr.
std::vector<GroupCount> count_groups(const HeapIndex& heap, Grouping& grouping, const Bits* of);

}  // namespace heapdump
