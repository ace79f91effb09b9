#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "process/maps.h"

namespace heapdump {

// The stack that a process was started with: down to its limit, or to what is mapped below it, whether it has
// grown so far or not.
struct MainStack {
  uint64_t lowest;
  uint64_t end;
};

// Nothing if the kernel shows none.
std::optional<MainStack> find_main_stack(pid_t pid, const std::vector<Mapping>& maps);

}  // namespace heapdump
