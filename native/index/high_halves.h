#pragma once
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace heapdump {

// The high halves of a split column while it is written: in memory, since they are few.
class HighHalves {
 public:
  void resize(uint64_t rows);
  // Of the rows from `first` on, each added once. Several threads may add at the same time.
  void add(uint64_t first, std::span<const uint32_t> values);
  const std::vector<uint32_t>& blocks() const { return blocks_; }
  const std::vector<uint64_t>& words() const { return words_; }

 private:
  void add_to_block(uint64_t row, std::span<const uint32_t> values);

  std::mutex mutex_;
  std::vector<uint32_t> blocks_;
  std::vector<uint64_t> words_;
};

}  // namespace heapdump
