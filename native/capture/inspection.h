#pragma once
#include <sys/types.h>

#include <vector>

#include "process/elf.h"
#include "process/main_stack.h"
#include "process/maps.h"
#include "process/memory.h"
#include "process/stat.h"
#include "process/status.h"
#include "python/interpreter.h"
#include "support/error.h"

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
  std::optional<MainStack> main_stack;
  std::vector<ElfImage> images;
  Interpreter interpreter;
};

// Whether it ends, or has: it may have no memory any more, while it is no zombie yet.
bool is_ending(pid_t pid);

// A process that ends while it is read looks like one that cannot be dumped: what fails says that it has
// ended.
template <typename Read>
auto unless_it_ends(pid_t pid, Read read) {
  try {
    return read();
  } catch (const Error&) {
    if (is_ending(pid)) throw target_ended(pid);
    throw;
  }
}

// Whether a pending call is sure to run in the main interpreter; to hold the main thread any will do, since
// interpreters that share the queues share the GIL.
bool can_make_pending_calls(const Inspection& target);

}  // namespace heapdump
