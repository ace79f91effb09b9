#pragma once
#include <cstdint>
#include <vector>

#include "capture/memory_survey.h"
#include "capture/walk_task.h"
#include "process/maps.h"
#include "process/memory.h"
#include "tracee/remote.h"

namespace heapdump {

// The memory that the walker runs in: its code, struct hd_walk, its stack, and the arena of its tables, of
// which the walker maps what it needs. What is mapped goes with the process that it is in, or is unmapped by
// whoever mapped it there.
class WalkerMapping {
 public:
  // `resident` is the size of the heap to walk, in bytes, and nothing more exact than that.
  WalkerMapping(const WalkTask& task, const MemorySurvey& survey, uint64_t resident);

  // Of the addresses that it takes.
  uint64_t size() const { return arena_at_ + arena_size_; }
  uint64_t address() const { return address_; }
  // Maps what is needed at first, in a free place of `size()` bytes (`find_gap`). Throws
  // Error(kCaptureFailed) if there is no memory.
  void map(RemoteCalls& calls, uint64_t address);
  // Writes all of it; `memory` is that of the process that it is in.
  void write_contents(const Memory& memory, int fd);

  // Where the walker begins, and where it goes on after a fault or a hang.
  Registers start(Registers registers) const;
  Registers recovery(Registers registers, const hd_walk& now, hd_walk_failure failure) const;
  // What the walker says while it runs; false if the process is gone.
  bool read_walk(const Memory& memory, hd_walk* walk) const;

 private:
  uint64_t stack_top() const;

  const WalkTask& task_;
  std::vector<hd_range> stacks_;
  std::vector<hd_memory_range> memory_;
  uint64_t data_at_;
  // A page that a stack which is too small ends in.
  uint64_t guard_at_;
  uint64_t arena_at_;
  uint64_t arena_size_;
  uint64_t address_ = 0;
};

}  // namespace heapdump
