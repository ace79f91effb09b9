#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"
#include "heap/strong_references.h"
#include "support/bits.h"
#include "support/page_array.h"

namespace heapdump {

// What would be freed with all objects of a set at once, exactly: the objects that no root reaches but
// through the set. That is more than what its objects dominate one by one, if several of them share
// something. Of garbage, which goes anyhow, the objects of the set are in it and no others.
//
// For up to kSets sets that have no object in common, in one pass. What an object's dominators are in is
// certain to free it; what is on its path from a root may. Only where these differ is anything to be found:
// there an object is freed with a set if all its holders are, or it is in the set itself.
class Joint {
 public:
  static constexpr uint32_t kSets = 32;
  using Masks = PageArray<uint32_t>;  // by id, a bit for each set

  Joint(const HeapIndex& heap, const StrongReferences& references);

  // By id: a bit for each set that it would be freed with. `set_of(id)` is below kSets, or kNone.
  template <typename SetOf>
  Masks freed_with(SetOf set_of) {
    Masks own(heap_.objects());
    for (uint32_t id = 0; id < heap_.objects(); ++id) {
      const uint32_t set = set_of(id);
      own[id] = set < kSets ? uint32_t{1} << set : 0;
    }
    return freed(std::move(own));
  }
  // Of one set.
  Bits freed_with(const Bits& set);
  // The bytes that would be freed with each of them.
  template <typename SetOf>
  std::array<uint64_t, kSets> bytes_freed_with(SetOf set_of) {
    std::array<uint64_t, kSets> bytes{};
    const Masks freed = freed_with(set_of);
    for (uint32_t id = 0; id < heap_.objects(); ++id) {
      for (uint32_t mask = freed[id]; mask != 0; mask &= mask - 1)
        bytes[static_cast<size_t>(std::countr_zero(mask))] += heap_.size(id);
    }
    return bytes;
  }

 private:
  // `own` becomes what dominators are in.
  Masks freed(Masks own);
  bool begins(uint32_t id) const;
  uint32_t with_all_holders(uint32_t id, const Masks& certain, const Masks& possible) const;
  void go_on(const Masks& certain, Masks& possible, std::vector<uint32_t> changed) const;

  const HeapIndex& heap_;
  const StrongReferences& references_;
  Bits rooted_;
};

}  // namespace heapdump
