#pragma once
#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "tracee/system_call.h"

namespace heapdump {

// Whether this process may suspend the seccomp filters of those that it traces, and read them
// (PTRACE_O_SUSPEND_SECCOMP, PTRACE_SECCOMP_GET_FILTER): it has CAP_SYS_ADMIN in the initial user namespace,
// and no filter itself.
bool may_suspend_filters();

// The seccomp filters of a thread.
class SeccompFilters {
 public:
  using Program = std::vector<sock_filter>;

  explicit SeccompFilters(std::vector<Program> programs) : programs_(std::move(programs)) {}

  // Those of a thread that is stopped under ptrace; nothing if they cannot be read.
  static std::optional<SeccompFilters> read(pid_t tid);

  // Whether a system call ends the thread or its process, or raises SIGSYS. A filter that is not understood
  // is taken to.
  bool is_deadly(const SystemCall& call) const;
  // Whether the kernel makes it as if there were no filter.
  bool allows(const SystemCall& call) const;

 private:
  // Those that they run to; nothing if one is not understood.
  std::optional<std::vector<uint32_t>> actions(const SystemCall& call) const;

  std::vector<Program> programs_;
};

}  // namespace heapdump
