#pragma once
#include <cstdint>
#include <iterator>

#include "heap/heap_index.h"

namespace heapdump {

// An object and what is above it, each by the one before, up to one that has none, or itself. What a damaged
// index leads in a circle ends after a few rounds.
template <uint32_t (HeapIndex::*Above)(uint32_t) const>
class Upward {
 public:
  Upward(const HeapIndex& heap, uint32_t id) : heap_(&heap), id_(id) {}

  class Iterator {
   public:
    using difference_type = ptrdiff_t;
    using value_type = uint32_t;

    Iterator() = default;
    Iterator(const HeapIndex& heap, uint32_t id) : heap_(&heap), id_(id) {}

    uint32_t operator*() const { return id_; }
    // Finds a circle as Brent does: by a mark that is set anew after twice as many steps each time.
    Iterator& operator++() {
      const uint32_t holder = (heap_->*Above)(id_);
      if (++steps_ == rounds_) {
        rounds_ *= 2;
        mark_ = id_;
      }
      id_ = holder == id_ || holder == mark_ ? kNone : holder;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return id_ == kNone; }

   private:
    const HeapIndex* heap_ = nullptr;
    uint32_t id_ = kNone;
    uint32_t mark_ = kNone;
    uint64_t steps_ = 0, rounds_ = 1;
  };

  Iterator begin() const { return {*heap_, id_}; }
  static std::default_sentinel_t end() { return {}; }

 private:
  const HeapIndex* heap_;
  uint32_t id_;
};

// The objects on the path from a root to an object, upward: the object itself first, where the path begins
// last; of garbage the object alone.
class PathUp : public Upward<&HeapIndex::path_parent> {
  using Upward::Upward;
};

// An object and its dominators, the nearest first.
class DominatorsUp : public Upward<&HeapIndex::dominator> {
  using Upward::Upward;
};

inline DominatorsUp HeapIndex::dominators_up(uint32_t id) const { return {*this, id}; }
inline PathUp HeapIndex::path_up(uint32_t id) const { return {*this, id}; }

}  // namespace heapdump
