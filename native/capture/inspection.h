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
  explicit Inspection(pid_t pid);

  pid_t pid;
  ProcessStatus status;
  ProcessStat stat;
  Memory memory;
  std::vector<Mapping> maps;
  std::vector<ElfImage> images;
  Interpreter interpreter;
};

// Whether a pending call is sure to run in the main interpreter.
bool can_make_pending_calls(const Inspection& target);

}  // namespace heapdump
