#pragma once
#include <cstdint>
#include <string_view>

#include "analysis/mode_difference.h"
#include "heap/heap_index.h"
#include "support/bits.h"
#include "support/page_array.h"

namespace heapdump {

// Of a type whose objects consist of an immutable content.
bool is_immutable(std::string_view type);
// As far as both have it.
bool same_content(const HeapIndex& old, uint32_t before, const HeapIndex& now, uint32_t after);

// The objects that two dumps of one process have in common: same address, same type, the same content if
// that is immutable and, if there is none, neighbours in common (what holds it, or half of what it refers
// to; in dumps of two modes, nothing that speaks against it). What one of them cannot know because of its
// mode is neither new nor gone.
class Matching {
 public:
  Matching(const HeapIndex& old, const HeapIndex& now);

  // The same object in the older dump, or kNone.
  uint32_t in_old(uint32_t now) const { return in_old_[now] - 1; }
  bool is_new(uint32_t now) const { return in_old(now) == kNone && !now_modes_.omits(now); }
  bool is_gone(uint32_t old) const { return !kept_[old] && !old_modes_.omits(old); }
  // Bytes of an object, comparable with those of the other dump if the modes measure differently.
  uint64_t size_now(uint32_t now) const {
    const uint32_t before = in_old(now);
    return before == kNone || now_modes_.same_size(now) ? now_modes_.size(now) : old_.size(before);
  }
  uint64_t size_old(uint32_t old) const { return kept_[old] ? old_.size(old) : old_modes_.size(old); }
  // Whether an object counts: both dumps have it, or could have it.
  bool compares_now(uint32_t now) const { return in_old(now) != kNone || !now_modes_.omits(now); }
  bool compares_old(uint32_t old) const { return kept_[old] || !old_modes_.omits(old); }
  // Of an object that the older dump does not have: whether another one of its type had the address, so that
  // it may be the same after all.
  bool address_reused(uint32_t now) const { return address_reused_[now]; }

 private:
  const HeapIndex& old_;
  ModeDifference old_modes_, now_modes_;
  PageArray<uint32_t> in_old_;  // id + 1, so that 0 is none
  Bits kept_;
  Bits address_reused_;
};

}  // namespace heapdump
