#pragma once
#include "process/memory.h"
#include "tracee/child.h"
#include "tracee/remote.h"
#include "tracee/remote_pipe.h"

namespace heapdump {

// The exit status of a snapshot process that outlived the tool. The target's own children do not end with it.
constexpr int kOrphanStatus = 0x68;
constexpr char kSnapshotName[] = "heapdump";

// When memory runs out, the kernel kills the copy before anything else.
void kill_first(pid_t copy);

// Makes of a new copy of the target a process of our own, with a pipe to the tool. Whenever the tool dies, it
// ends: until it has a name that tells it from the target's children, by the exit frame at `initial_stack`;
// from then on with the tool.
class SnapshotProcess {
 public:
  SnapshotProcess(Child& child, const Gadgets& gadgets, uint64_t initial_stack);

  // Names it, binds it to the tool, and closes the target's descriptors in it. If it has a copy of the
  // target's memory, limits of the target do not hold for it.
  //
  // `is_filtered`: a filter is in force, of which only what is old and common can be expected.
  void isolate(bool has_own_memory, bool is_filtered);

  RemoteCalls& calls() { return calls_; }
  const Memory& memory() const { return memory_; }
  // The read end, non-blocking, in the tool; the write end, blocking, in the process.
  int pipe() const { return pipe_.read_end(); }
  int write_end() const { return pipe_.write_end(); }

 private:
  void close_descriptors(bool is_filtered);
  void lift_limits();
  void compete_with_nobody();

  Child& child_;
  Memory memory_;
  RemoteCalls calls_;
  // Memory of its own for what system calls read and write.
  uint64_t scratch_;
  RemotePipe pipe_;
};

}  // namespace heapdump
