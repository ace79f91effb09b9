#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "dump/decoded_dump.h"
#include "support/page_array.h"

namespace heapdump {

// Addresses to dense ids in the order of the addresses: a bitmap with a bit for every 8 bytes of the parts of
// the address space where objects are, and ranks.
class AddressIds {
 public:
  AddressIds() : directory_(kTop) {}

  // False if the address was marked before. Addresses are multiples of 8 below kAddressLimit.
  bool mark(uint64_t address);
  // Gives the ids, once all addresses are marked. Returns how many there are.
  uint32_t assign_ids();
  // kNone for an address that was not marked.
  uint32_t find(uint64_t address) const {
    if (address >= kAddressLimit || (address & 7) != 0) return kNone;
    const uint32_t* block = directory_[address >> kBlockShift].get();
    if (block == nullptr) return kNone;
    const uint32_t span = block[address >> kSpanShift & (kSpansPerBlock - 1)];
    if (span == 0) return kNone;
    const Word& word = words_[word_of(span, address)];
    const uint64_t bit = uint64_t{1} << (address >> 3 & 63);
    if ((word.bits & bit) == 0) return kNone;
    return word.rank + static_cast<uint32_t>(__builtin_popcountll(word.bits & (bit - 1)));
  }
  // Has the cache fetch what find(address) will read.
  void prefetch(uint64_t address) const {
    if (address >= kAddressLimit) return;
    const uint32_t* block = directory_[address >> kBlockShift].get();
    if (block == nullptr) return;
    const uint32_t span = block[address >> kSpanShift & (kSpansPerBlock - 1)];
    if (span != 0) __builtin_prefetch(&words_[word_of(span, address)]);
  }

 private:
  static constexpr int kSpanShift = 18;   // a span is 256 KiB of addresses
  static constexpr int kBlockShift = 32;  // a block of the directory covers 4 GiB
  static constexpr uint64_t kSpansPerBlock = uint64_t{1} << (kBlockShift - kSpanShift);
  static constexpr uint64_t kTop = kAddressLimit >> kBlockShift;
  static constexpr uint64_t kWordsPerSpan = (uint64_t{1} << kSpanShift) / 8 / 64;

  struct __attribute__((packed)) Word {  // 12 bytes: both halves in one cache line, mostly
    uint64_t bits;
    uint32_t rank;
  };

  static uint64_t word_of(uint32_t span, uint64_t address) {
    return (span - 1) * kWordsPerSpan + (address >> 9 & (kWordsPerSpan - 1));
  }

  std::vector<std::unique_ptr<uint32_t[]>> directory_;  // a block holds numbers of spans, from 1; 0: none
  uint32_t spans_ = 0;
  PageArray<Word> words_;
};

}  // namespace heapdump
