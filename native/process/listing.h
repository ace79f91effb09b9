#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace heapdump {

// The numbers that a folder of /proc/PID has entries of: threads (`task`), descriptors (`fd`). Empty if it
// cannot be read.
std::vector<int> list_numbers(pid_t pid, const std::string& folder);

}  // namespace heapdump
