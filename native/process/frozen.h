#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

namespace heapdump {

// The cgroup whose processes are frozen, which the process is in (`docker pause` freezes them); nothing if it
// is in none, or that cannot be seen from here.
std::optional<std::string> frozen_cgroup(pid_t pid);

}  // namespace heapdump
