#pragma once
#include <sys/types.h>

#include <array>
#include <cstdint>

#include "process/memory.h"
#include "python/layouts.h"

namespace heapdump {

// The blocks of attribute values that instances have apart from themselves (CPython 3.11 and 3.12). A script
// in the target cannot see them: they are read from its memory while it runs.
class ValuesApart {
 public:
  // Throws Error(kCannotAttach) if the kernel does not allow it.
  ValuesApart(pid_t pid, const hd_layout& layout) : memory_(pid), layout_(layout) {}

  // The type of the instances that `size` is asked for next. False if they have no such blocks.
  bool begin(uint64_t type);
  // In bytes; 0 if the instance has none, or is not there any more.
  uint64_t size(uint64_t instance);

 private:
  static constexpr size_t kPage = 4096;
  static constexpr uint64_t kNoPage = 1;  // no page begins there

  // Reads instances and blocks that lie close to each other at once.
  struct Page {
    uint64_t address = kNoPage;
    std::array<uint8_t, kPage> bytes;
  };
  template <typename T>
  bool read(Page& page, uint64_t address, T* value);

  Memory memory_;
  const hd_layout& layout_;
  uint64_t type_ = 0;
  uint64_t room_ = 0;
  Page instances_, blocks_;
};

}  // namespace heapdump
