#pragma once
#include <sys/types.h>

#include <vector>

#include "process/maps.h"

namespace heapdump {

// A mapping, and what of it is in memory: an entry of /proc/PID/smaps. Bytes.
struct MappingUsage {
  Mapping mapping;
  uint64_t resident = 0;
  uint64_t anonymous = 0;
  uint64_t swapped = 0;
  uint64_t huge = 0;  // of `resident`, in huge pages
  // Reading it can wait for somebody (userfaultfd), or reach a device.
  bool is_special = false;
};

// Empty if the process is gone, or may not be read.
std::vector<MappingUsage> read_mapping_usage(pid_t pid);

}  // namespace heapdump
