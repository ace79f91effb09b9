#pragma once
#include <cstdint>
#include <vector>

#include "heap/avoid.h"
#include "support/bits.h"
#include "support/page_array.h"

namespace heapdump {

// The shortest paths from roots to an object, each from another root, at most `limit`; ids, the root's first.
// None if only what is avoided keeps it alive. A module's namespace is reached from its module alone, not
// from the functions that refer to it. `max_length` is of references; one to a `__dict__` does not count.
std::vector<std::vector<uint32_t>> paths_to_root(const HeapIndex& heap, uint32_t id, const Avoid& avoid,
                                                 size_t limit, uint32_t max_length = UINT32_MAX);

// Such a path for every object of a set that has one, all found in one search. With a `max_length` the path
// of fewest references, whatever its root, and none from an instance to its type.
class AvoidingPaths {
 public:
  AvoidingPaths(const HeapIndex& heap, Avoid avoid, const Bits& objects, uint32_t max_length = UINT32_MAX);

  const Avoid& avoid() const { return avoid_; }
  // False if only what is avoided keeps the object alive, or longer paths.
  bool reach(uint32_t id) const { return holder_[id] != 0; }
  // Of an object that is reached, the holder on its path; the object itself if the path begins with it.
  uint32_t holder(uint32_t id) const { return holder_[id] - 1; }

 private:
  Avoid avoid_;
  PageArray<uint32_t> holder_;  // id + 1; 0 if not reached
};

}  // namespace heapdump
