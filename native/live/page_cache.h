#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "process/memory.h"
#include "process/page.h"

namespace heapdump {

// Memory of a process that runs, in pages that are read once and kept until they are to be read anew.
class PageCache {
 public:
  explicit PageCache(const Memory& memory) : memory_(memory) {}

  // False if it is not mapped, or more was asked for since `allow` than is read of one object.
  bool read(uint64_t address, void* to, uint64_t size);
  // A copy, until the next call; nullptr as above.
  const uint8_t* bytes(uint64_t address, uint64_t size);
  // A copy that is kept, without what is beyond the longest name; empty if it cannot be read.
  const char* string(uint64_t address);

  // Whether it is mapped now.
  bool is_mapped(uint64_t address) const;
  // What was read is read anew.
  void forget();
  // Before each object: of garbage that looks like one, no more is read than so many pages.
  void allow() { left_ = kMaxPages; }
  bool is_exhausted() const { return left_ == 0; }

 private:
  static constexpr uint64_t kMaxPages = 1 << 16;
  static constexpr size_t kKept = 1 << 12;
  static constexpr uint64_t kMaxBytes = 1 << 20;
  using Page = std::array<uint8_t, kPage>;

  const Page* page(uint64_t number);

  const Memory& memory_;
  std::unordered_map<uint64_t, std::unique_ptr<Page>> pages_;
  std::unordered_map<uint64_t, std::string> strings_;
  std::vector<uint8_t> bytes_;
  uint64_t last_number_ = 0;
  const Page* last_ = nullptr;
  uint64_t left_ = kMaxPages;
};

}  // namespace heapdump
