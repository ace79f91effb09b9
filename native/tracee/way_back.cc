#include "tracee/way_back.h"

#include <sys/syscall.h>

#include <ctime>

#include "tracee/signal_frame.h"

namespace heapdump {
namespace {

using std::chrono::nanoseconds;

// Of a sleep that the kernel's own restart would continue: it is to sleep for what remains. To whom it tells
// that, it has.
bool shorten_sleep(const Memory& memory, std::optional<nanoseconds> slept, uint64_t place,
                   unsigned long long& request, uint64_t remaining) {
  if (remaining == 0 && !put_rest(memory, request, slept, place)) return false;
  request = remaining != 0 ? remaining : place;
  return true;
}

// `place`: 16 bytes that stay until the call has begun.
Registers with_what_remains(const Memory& memory, const StoppedThread& thread, uint64_t place) {
  Registers registers = thread.registers();
  if (static_cast<int64_t>(registers.rax) != kRestartBlock) return registers;
  const auto slept = thread.slept();
  bool is_known = false;
  switch (registers.orig_rax) {
    case SYS_poll:
      is_known = slept.has_value();
      if (is_known)
        registers.rdx = static_cast<uint32_t>(rest_of(static_cast<int32_t>(registers.rdx), *slept));
      break;
    case SYS_nanosleep:
      is_known = shorten_sleep(memory, slept, place, registers.rdi, registers.rsi);
      break;
    case SYS_clock_nanosleep:
      is_known = shorten_sleep(memory, slept, place, registers.rdx, registers.r10);
      break;
    default:
      break;
  }
  if (is_known) registers.rax = static_cast<uint64_t>(kRestartNoHandler);
  return registers;
}

}  // namespace

uint64_t write_way_back(const Memory& memory, StoppedThread& thread, uint64_t signal_return, Resume how) {
  thread.shorten_wait(memory);
  const uint64_t place = thread.place_for_rest();
  const uint64_t frame = (place - kReturnFrameSize) & ~uint64_t{63};
  write_return_frame(memory, thread.tid(), frame, signal_return,
                     resume_registers(with_what_remains(memory, thread, place), how), thread.signal_mask());
  return frame;
}

std::optional<uint64_t> instruction_after_frames(const Memory& memory, const Gadgets& gadgets,
                                                 const Registers& registers) {
  // The way back, a fallback call, and as much again of a second tool: a circle is no way of ours.
  constexpr int kMostFrames = 16;
  uint64_t instruction = registers.rip;
  uint64_t stack_pointer = registers.rsp;
  for (int i = 0; i < kMostFrames; ++i) {
    if (gadgets.is_in_signal_return(instruction)) {
      if (!read_signal_frame(memory, stack_pointer, &instruction, &stack_pointer)) return std::nullopt;
    } else if (gadgets.is_in_system_call_return(instruction)) {
      if (!memory.try_get(stack_pointer, &instruction)) return std::nullopt;
      stack_pointer += sizeof instruction;
    } else {
      return instruction;
    }
  }
  return std::nullopt;
}

}  // namespace heapdump
