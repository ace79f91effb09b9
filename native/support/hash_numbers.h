#pragma once
#include <cstdint>
#include <vector>

#include "support/ids.h"
#include "support/page_array.h"

namespace heapdump {

// Numbers things from 0, each once, by their hashes. The things themselves are kept by whoever asks.
class HashNumbers {
 public:
  HashNumbers() : slots_(kFirst) {}

  uint32_t count() const { return static_cast<uint32_t>(hashes_.size()); }

  // The number of the thing with that hash of which `same(number)` holds, or kNone.
  template <typename Same>
  uint32_t find(uint64_t hash, Same same) const {
    const uint64_t mask = slots_.size() - 1;
    for (uint64_t at = mixed(hash) & mask; slots_[at] != 0; at = (at + 1) & mask) {
      const uint32_t number = slots_[at] - 1;
      if (hashes_[number] == static_cast<uint32_t>(hash) && same(number)) return number;
    }
    return kNone;
  }

  // The number of a thing that find() did not know: count() before the call.
  uint32_t add(uint64_t hash) {
    hashes_.push_back(static_cast<uint32_t>(hash));
    if (uint64_t{count()} * 2 > slots_.size()) {
      grow();
    } else {
      place(count() - 1);
    }
    return count() - 1;
  }

 private:
  static constexpr uint64_t kFirst = 1 << 10;

  static uint64_t mixed(uint64_t hash) { return static_cast<uint32_t>(hash) * 0x9e3779b97f4a7c15 >> 24; }

  void place(uint32_t number) {
    const uint64_t mask = slots_.size() - 1;
    uint64_t at = mixed(hashes_[number]) & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = number + 1;
  }

  void grow() {
    slots_ = PageArray<uint32_t>(slots_.size() * 4);
    for (uint32_t number = 0; number < count(); ++number) place(number);
  }

  PageArray<uint32_t> slots_;   // number + 1
  PageArray<uint32_t> hashes_;  // their low halves, by number
};

}  // namespace heapdump
