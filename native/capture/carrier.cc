#include "capture/carrier.h"

#include "tracee/signal_frame.h"

namespace heapdump {
namespace {

// Whether what is written below the stack pointer is written into the thread's stack. That of the process
// grows; another one (of a thread, a signal handler, or a coroutine) may be small.
bool has_room_on_stack(const Inspection& target, const StoppedThread& thread) {
  constexpr uint64_t kRoom = 4 * kReturnFrameSize;
  const uint64_t pointer = thread.registers().rsp;
  const Mapping* stack = find_mapping(target.maps, pointer);
  return stack == nullptr || stack->path == "[stack]" || pointer - stack->start > kRoom;
}

}  // namespace

bool can_make_calls(const Inspection& target, const StoppedThread& thread) {
  thread.refuse_shadow_stack();
  return !thread.in_restartable_sequence(target.memory) && has_room_on_stack(target, thread);
}

}  // namespace heapdump
