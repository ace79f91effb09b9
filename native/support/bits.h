#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heapdump {

// A set of the numbers below `size`.
class Bits {
 public:
  static constexpr uint64_t kWord = 64;  // threads that change numbers of different words do not meet

  Bits() = default;
  explicit Bits(uint64_t size) : words_(size / 64 + 1) {}

  bool operator[](uint64_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  void set(uint64_t i) { words_[i / 64] |= uint64_t{1} << (i % 64); }
  void clear(uint64_t i) { words_[i / 64] &= ~(uint64_t{1} << (i % 64)); }
  // False if it was in the set before.
  bool add(uint64_t i) {
    uint64_t& word = words_[i / 64];
    const uint64_t bit = uint64_t{1} << (i % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }

  // The numbers i / 64 and i % 64 of a member are its word and its bit there.
  std::span<uint64_t> words() { return words_; }
  std::span<const uint64_t> words() const { return words_; }
  uint64_t count() const {
    uint64_t count = 0;
    for (const uint64_t word : words_) count += std::popcount(word);
    return count;
  }
  // `each` of the members, in ascending order.
  template <typename Each>
  void each(Each each) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t word = words_[i]; word != 0; word &= word - 1)
        each(static_cast<uint32_t>(i * 64 + std::countr_zero(word)));
    }
  }

 private:
  std::vector<uint64_t> words_;
};

}  // namespace heapdump
