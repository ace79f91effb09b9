#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "support/unique_fd.h"

namespace heapdump {

// The memory of another process, through its mem file. Writing ignores page protection, as a debugger's does.
class Memory {
 public:
  // Throws Error(kCannotAttach) if the kernel does not allow it.
  explicit Memory(pid_t pid);

  // False if the range is not mapped, or the process is gone.
  bool try_read(uint64_t address, void* to, size_t size) const;
  // These throw Error(kCaptureFailed) instead.
  void read(uint64_t address, void* to, size_t size) const;
  void write(uint64_t address, const void* from, size_t size) const;

  template <typename T>
  T get(uint64_t address) const {
    T value;
    read(address, &value, sizeof value);
    return value;
  }
  template <typename T>
  bool try_get(uint64_t address, T* value) const {
    return try_read(address, value, sizeof *value);
  }
  template <typename T>
  void put(uint64_t address, const T& value) const {
    write(address, &value, sizeof value);
  }

  // A NUL-terminated string, cut at `limit` bytes; empty if it cannot be read.
  std::string text(uint64_t address, size_t limit) const;

 private:
  UniqueFd file_;
};

}  // namespace heapdump
