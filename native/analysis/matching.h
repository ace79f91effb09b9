#pragma once
#include <cstdint>

#include "heap/heap_index.h"
#include "support/bits.h"
#include "support/page_array.h"

namespace heapdump {

// The objects that two dumps of one process have in common: same address, same type, the same content where
// that is immutable and, where there is none, neighbours in common (what holds it, or half of what it refers
// to).
class Matching {
 public:
  Matching(const HeapIndex& old, const HeapIndex& now);

  // The same object in the older dump, or kNone.
  uint32_t in_old(uint32_t now) const { return in_old_[now] - 1; }
  bool is_gone(uint32_t old) const { return !kept_[old]; }
  // Of an object that the older dump does not have: whether another one of its type had the address, so that
  // it may be the same after all.
  bool took_over(uint32_t now) const { return took_over_[now]; }

 private:
  PageArray<uint32_t> in_old_;  // id + 1, so that 0 is none
  Bits kept_;
  Bits took_over_;
};

}  // namespace heapdump
