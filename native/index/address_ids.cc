#include "index/address_ids.h"

#include <stdexcept>

namespace heapdump {

bool AddressIds::mark(uint64_t address) {
  auto& block = directory_[address >> kBlockShift];
  if (block == nullptr) [[unlikely]]
    block = std::make_unique<uint32_t[]>(kSpansPerBlock);
  uint32_t& span = block[address >> kSpanShift & (kSpansPerBlock - 1)];
  if (span == 0) [[unlikely]] {
    span = ++spans_;
    words_.resize(spans_ * kWordsPerSpan);
  }
  Word& word = words_[word_of(span, address)];
  const uint64_t bit = uint64_t{1} << (address >> 3 & 63);
  const bool inserted = (word.bits & bit) == 0;
  word.bits |= bit;
  return inserted;
}

uint32_t AddressIds::assign_ids() {
  uint64_t next = 0;
  for (const auto& block : directory_) {
    if (block == nullptr) continue;
    for (uint64_t i = 0; i < kSpansPerBlock; ++i) {
      if (block[i] == 0) continue;
      Word* words = &words_[(block[i] - 1) * kWordsPerSpan];
      for (uint64_t w = 0; w < kWordsPerSpan; ++w) {
        words[w].rank = static_cast<uint32_t>(next);
        next += __builtin_popcountll(words[w].bits);
      }
    }
  }
  if (next >= kNone) throw std::length_error("more than 2^32 objects");
  return static_cast<uint32_t>(next);
}

}  // namespace heapdump
