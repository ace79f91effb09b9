#include "process/main_stack.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include "process/status.h"

namespace heapdump {
namespace {

// The kernel keeps so much free below a stack that grows (stack_guard_gap).
constexpr uint64_t kGuardGap = 1 << 20;

// In bytes, from /proc/PID/limits, since to ask prlimit of another user's process takes CAP_SYS_RESOURCE. The
// largest number for none; nothing if it is not known.
std::optional<uint64_t> stack_limit(pid_t pid) {
  constexpr std::string_view kName = "Max stack size";
  std::ifstream file(proc_path(pid, "limits"));
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kName)) continue;
    std::istringstream fields(line.substr(kName.size()));
    std::string soft;
    fields >> soft;
    if (soft == "unlimited") return UINT64_MAX;
    return strtoull(soft.c_str(), nullptr, 10);
  }
  return std::nullopt;
}

}  // namespace

std::optional<MainStack> find_main_stack(pid_t pid, const std::vector<Mapping>& maps) {
  const auto stack = std::ranges::find(maps, "[stack]", &Mapping::path);
  if (stack == maps.end()) return std::nullopt;
  const auto limit = stack_limit(pid);
  if (!limit) return MainStack{stack->start, stack->end};
  uint64_t lowest = *limit < stack->end ? stack->end - *limit : 0;
  for (const Mapping& mapping : maps) {
    if (mapping.end <= stack->start) lowest = std::max(lowest, mapping.end + kGuardGap);
  }
  return MainStack{lowest, stack->end};
}

}  // namespace heapdump
