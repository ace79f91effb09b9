#include "index/high_halves.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "index/split_rows.h"

namespace heapdump {

void HighHalves::resize(uint64_t rows) { blocks_.assign((rows + kSplitBlock - 1) / kSplitBlock, 0); }

void HighHalves::add(uint64_t first, std::span<const uint32_t> values) {
  while (!values.empty()) {
    const auto piece = values.first(std::min<uint64_t>(values.size(), kSplitBlock - first % kSplitBlock));
    uint32_t any = 0;
    for (const uint32_t value : piece) any |= value;
    if (any > UINT16_MAX) add_to_block(first, piece);
    first += piece.size();
    values = values.subspan(piece.size());
  }
}

void HighHalves::add_to_block(uint64_t row, std::span<const uint32_t> values) {
  const std::lock_guard lock(mutex_);
  uint32_t& block = blocks_[row / kSplitBlock];
  std::array<uint16_t, kSplitBlock> halves{};
  if (block != 0) {  // another thread added the block's other rows; its words are left behind
    static constexpr std::array<uint16_t, kSplitBlock> kZeros{};
    const SplitRows added{kZeros, {&block, 1}, words_};
    for (uint32_t i = 0; i < kSplitBlock; ++i) halves[i] = static_cast<uint16_t>(added[i] >> 16);
  }
  for (const uint32_t value : values) halves[row++ % kSplitBlock] = static_cast<uint16_t>(value >> 16);
  if (words_.size() >= UINT32_MAX) throw std::length_error("more than 2^32 words of high halves");
  block = static_cast<uint32_t>(words_.size() + 1);
  words_.push_back(0);
  const size_t bits = words_.size() - 1;
  int place = 0;
  for (uint32_t i = 0; i < kSplitBlock; ++i) {
    if (halves[i] == 0) continue;
    words_[bits] |= uint64_t{1} << i;
    if (place % 4 == 0) words_.push_back(0);
    words_.back() |= uint64_t{halves[i]} << place++ % 4 * 16;
  }
}

}  // namespace heapdump
