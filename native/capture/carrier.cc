#include "capture/carrier.h"

#include "tracee/signal_frame.h"

namespace heapdump {

std::optional<uint64_t> lowest_of_stack(const Inspection& target, const StoppedThread& thread) {
  const uint64_t pointer = thread.registers().rsp;
  if (thread.tid() == target.pid) {
    const auto& stack = target.main_stack;
    if (stack && pointer > stack->lowest && pointer < stack->end) return stack->lowest;
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

void shorten_wait(const Inspection& target, StoppedThread& thread) {
  if (thread.has_timeout_in_memory() && can_make_calls(target, thread)) thread.shorten_wait(target.memory);
}

}  // namespace heapdump
