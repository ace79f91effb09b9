#pragma once
#include <cstdint>
#include <unordered_map>

#include "heap/heap_index.h"

namespace heapdump {

// Where some objects were allocated.
struct Allocation {
  uint64_t objects = 0;  // that were asked for
  uint64_t traced = 0;   // of these, those of which it is known
  // Of the lines of source, the one with most of them, and how many it has; of the stacks that end there, the
  // most frequent one, a row of sites(). kNone if none is known.
  uint32_t site = kNone;
  uint64_t at_line = 0;
  uint64_t at_site = 0;
};

class AllocationTally {
 public:
  explicit AllocationTally(const HeapIndex& heap) : heap_(heap) {}

  void add(uint32_t id) {
    objects_++;
    if (const uint32_t site = heap_.site(id); site != kNone) by_site_[site]++;
  }
  // What another tally of the same heap counted: its objects, and of those how many are of which site.
  void add(uint64_t objects, const std::unordered_map<uint32_t, uint64_t>& by_site) {
    objects_ += objects;
    for (const auto& [site, count] : by_site) by_site_[site] += count;
  }
  const std::unordered_map<uint32_t, uint64_t>& by_site() const { return by_site_; }
  Allocation result() const;

 private:
  const HeapIndex& heap_;
  uint64_t objects_ = 0;
  std::unordered_map<uint32_t, uint64_t> by_site_;
};

}  // namespace heapdump
