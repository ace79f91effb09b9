#pragma once
#include <cstdint>
#include <span>

#include "index/index_format.h"

namespace heapdump {

// A column of u32 in two halves (index_format.h). Damage never leads outside of its sections.
struct SplitRows {
  std::span<const uint16_t> low;
  std::span<const uint32_t> blocks;
  std::span<const uint64_t> high;

  uint32_t operator[](uint64_t row) const {
    const uint64_t block = blocks[row / kSplitBlock];
    return block == 0 ? low[row] : low[row] | high_half(block - 1, row % kSplitBlock) << 16;
  }

 private:
  uint32_t high_half(uint64_t word, uint32_t row) const {
    if (word >= high.size() || (high[word] >> row & 1) == 0) return 0;
    const int place = __builtin_popcountll(high[word] & ((uint64_t{1} << row) - 1));
    word += 1 + place / 4;
    return word < high.size() ? high[word] >> place % 4 * 16 & UINT16_MAX : 0;
  }
};

}  // namespace heapdump
