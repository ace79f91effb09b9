#pragma once
#include <sys/types.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "support/unique_fd.h"

namespace heapdump {

// Which pages of a process are in memory: to read others would bring them there, and charge it for them.
class PresentPages {
 public:
  explicit PresentPages(pid_t pid);

  // The parts of `start` to `end` that are, as pairs of addresses. Nothing if the kernel does not tell, or if
  // more was asked about by now than is told in milliseconds.
  std::vector<std::pair<uint64_t, uint64_t>> between(uint64_t start, uint64_t end);

 private:
  UniqueFd file_;
  uint64_t left_;
};

}  // namespace heapdump
