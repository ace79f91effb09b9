#include "capture/carrier.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include "process/status.h"
#include "tracee/signal_frame.h"

namespace heapdump {
namespace {

// The kernel keeps so much free below a stack that grows (stack_guard_gap).
constexpr uint64_t kGuardGap = 1 << 20;

const Mapping* find_stack(const std::vector<Mapping>& maps) {
  const auto found = std::ranges::find(maps, "[stack]", &Mapping::path);
  return found == maps.end() ? nullptr : &*found;
}

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

// How far down the stack of the process grows: to its limit, or to what is mapped below it.
uint64_t lowest_of_growing(const Inspection& target, const Mapping& stack) {
  uint64_t lowest = 0;
  for (const Mapping& mapping : target.maps) {
    if (mapping.end <= stack.start) lowest = std::max(lowest, mapping.end + kGuardGap);
  }
  const auto limit = stack_limit(target.pid);
  if (!limit) return stack.start;
  return *limit < stack.end ? std::max(lowest, stack.end - *limit) : lowest;
}

}  // namespace

std::optional<uint64_t> lowest_of_stack(const Inspection& target, const StoppedThread& thread) {
  const uint64_t pointer = thread.registers().rsp;
  if (thread.tid() == target.pid) {
    const Mapping* const stack = find_stack(target.maps);
    const uint64_t lowest = stack == nullptr ? UINT64_MAX : lowest_of_growing(target, *stack);
    if (pointer > lowest && pointer < stack->end) return lowest;
    // A child that another thread has forked goes on with that thread's stack.
  }
  // A libc puts what belongs to a thread at the top of the stack that it makes for it.
  const Mapping* const stack = find_mapping(target.maps, pointer);
  const uint64_t own = thread.registers().fs_base;
  return stack != nullptr && stack->contains(own) && pointer < own ? std::optional(stack->start)
                                                                   : std::nullopt;
}

bool can_make_calls(const Inspection& target, const StoppedThread& thread) {
  // For the frames, and for CPython's functions that the trampoline calls.
  constexpr uint64_t kRoom = 4 * kReturnFrameSize + (32 << 10);
  thread.refuse_shadow_stack();
  const auto lowest = lowest_of_stack(target, thread);
  return lowest && thread.registers().rsp - *lowest > kRoom && !thread.in_restartable_sequence(target.memory);
}

}  // namespace heapdump
