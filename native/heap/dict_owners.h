#pragma once
#include <cstdint>

#include "heap/heap_index.h"
#include "support/page_array.h"

namespace heapdump {

// Whose attributes each dict has: those of the one object that has it as `__dict__`, whatever else refers to
// it, or of the thread-local that keeps it for a thread. For all dicts at once; heap/holders.h asks of one.
class DictOwners {
 public:
  explicit DictOwners(const HeapIndex& heap);

  // kNone for an ordinary dict, for one that several objects share, and for what is no dict.
  uint32_t of(uint32_t id) const {
    const uint32_t owner = owner_[id];
    return owner == 0 || owner == kShared ? kNone : owner - 1;
  }
  // What a person takes for the holder, if the reference is from this object.
  uint32_t whole(uint32_t id) const {
    const uint32_t owner = of(id);
    return owner == kNone ? id : owner;
  }
  // The dict of an object's attributes, or kNone.
  uint32_t dict_of(uint32_t id) const;

 private:
  static constexpr uint32_t kShared = UINT32_MAX;

  void claim(uint32_t dict, uint32_t owner);
  void claim_of_threads(uint32_t owner, uint32_t dummies);

  const HeapIndex& heap_;
  std::vector<uint32_t> position_;  // of `__dict__`, by row of shapes(); kNone
  std::vector<bool> is_dict_;       // by row of types()
  PageArray<uint32_t> owner_;       // id + 1
};

}  // namespace heapdump
