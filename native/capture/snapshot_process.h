#pragma once
#include "process/memory.h"
#include "support/unique_fd.h"
#include "tracee/child.h"
#include "tracee/remote.h"

namespace heapdump {

// What an orphaned snapshot process ends with by itself: it can be told from the target's own children.
constexpr int kOrphanStatus = 0x68;
constexpr char kSnapshotName[] = "heapdump";

// Makes of a newborn copy of the target a process of our own, with a pipe to the tool. Whenever the tool
// dies, it ends: before it is told from the target's children by its name, by the last call that
// `birth_stack` leads to; from then on with the tool.
class SnapshotProcess {
 public:
  SnapshotProcess(Child& child, const Gadgets& gadgets, uint64_t birth_stack);

  // Named, bound to the tool, without the target's descriptors. One with a copy of the target's memory
  // becomes the first to go when memory runs out; one in the target's own memory must not say so of it.
  void settle(bool has_own_memory);

  RemoteCalls& calls() { return calls_; }
  const Memory& memory() const { return memory_; }
  // The read end, non-blocking, in the tool; the write end, blocking, in the process.
  int pipe() const { return pipe_.get(); }
  int write_end() const { return write_end_; }

 private:
  void close_descriptors();
  void open_pipe();
  void lift_limits();

  Child& child_;
  Memory memory_;
  RemoteCalls calls_;
  // Memory of its own for what system calls read and write.
  uint64_t scratch_;
  UniqueFd pipe_;
  int write_end_ = -1;
};

}  // namespace heapdump
