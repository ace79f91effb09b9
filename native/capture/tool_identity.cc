#include "capture/tool_identity.h"

#include <sys/stat.h>
#include <unistd.h>

#include "process/stat.h"

namespace heapdump {

using std::chrono::steady_clock;

ToolIdentity ToolIdentity::self() {
  struct stat file {};
  stat("/proc/self/ns/pid", &file);
  return {file.st_ino, getpid(), read_stat(getpid()).value_or(ProcessStat{}).start_ticks};
}

bool ToolIdentity::may_live(std::chrono::nanoseconds deadline) const {
  if (pid_namespace != self().pid_namespace)
    return steady_clock::now().time_since_epoch() < deadline + std::chrono::minutes(1);
  const auto stat = read_stat(static_cast<pid_t>(pid));
  return stat && stat->start_ticks == start_ticks && stat->state != 'Z' && stat->state != 'X';
}

}  // namespace heapdump
