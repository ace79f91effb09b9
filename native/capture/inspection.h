#pragma once
#include <sys/types.h>

#include <vector>

#include "process/elf.h"
#include "process/maps.h"
#include "process/memory.h"
#include "process/stat.h"
#include "process/status.h"
#include "python/interpreter.h"

namespace heapdump {

// What has to be known of a process to run code in it; read without stopping it.
struct Inspection {
  // What is done about the seccomp filters of its threads: they are suspended while a thread is traced, or
  // remain in force, since this process may not do that.
  enum class Filters { kNone, kSuspended, kInForce };

  explicit Inspection(pid_t pid);
  bool suspends_filters() const { return filters == Filters::kSuspended; }

  pid_t pid;
  ProcessStatus status;
  ProcessStat stat;
  Filters filters;
  Memory memory;
  std::vector<Mapping> maps;
  std::vector<ElfImage> images;
  Interpreter interpreter;
};

// Whether a pending call is sure to run in the main interpreter; to hold the main thread any will do, since
// interpreters that share the queues share the GIL.
bool can_make_pending_calls(const Inspection& target);

}  // namespace heapdump
