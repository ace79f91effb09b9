#include "process/clock.h"

#include <unistd.h>

#include <fstream>
#include <string>

#include "process/status.h"

namespace heapdump {
namespace {

std::chrono::nanoseconds clock_offset(const std::string& path) {
  std::ifstream file(path);
  for (std::string clock; file >> clock;) {
    int64_t seconds = 0;
    int64_t nanoseconds = 0;
    if (!(file >> seconds >> nanoseconds)) break;
    if (clock == "monotonic") return std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds);
  }
  return {};
}

}  // namespace

std::chrono::nanoseconds clock_tick() {
  return std::chrono::nanoseconds(std::chrono::seconds(1)) / sysconf(_SC_CLK_TCK);
}

std::chrono::nanoseconds clock_ahead(pid_t pid) {
  return clock_offset(proc_path(pid, "timens_offsets")) - clock_offset("/proc/self/timens_offsets");
}

}  // namespace heapdump
