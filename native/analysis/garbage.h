#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "analysis/collection.h"
#include "analysis/joint.h"
#include "heap/heap_index.h"
#include "heap/strong_references.h"

namespace heapdump {

// Why an object stays that the program cannot reach any more.
enum class GarbageReason : uint8_t {
  kUncollected,    // a collection would free it, and none has come since
  kUncollectable,  // it has a tp_del, or one that has reaches it
  kSaved,          // gc.garbage holds it
  kFrozen,         // gc.freeze() has taken it, or what holds it, out of what is collected
  kHidden,         // the collector does not know of a reference in its circle, or of one of the objects
  kUnknown,        // the dump does not tell what a collection goes by
};

struct GarbageGroup : TypeTally {
  GarbageReason reason;
  // Of kUncollected: the youngest generation whose collection would free them; else kNoGeneration.
  uint8_t generation;
};
constexpr uint8_t kNoGeneration = UINT8_MAX;

// Objects that nothing but garbage refers to, and those that gc.garbage alone keeps, by what keeps them and
// by type; those of most bytes first. `collection(generation)` replays one.
std::vector<GarbageGroup> find_garbage(const HeapIndex& heap, const StrongReferences& references,
                                       Joint& joint, const std::function<const Collection&(int)>& collection);

}  // namespace heapdump
