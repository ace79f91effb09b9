#include "tracee/remote.h"

#include <sys/syscall.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "support/error.h"
#include "support/fault.h"
#include "tracee/signal_frame.h"

namespace heapdump {
namespace {

constexpr std::string_view kSystemCallReturn("\x0f\x05\xc3", 3);
constexpr std::string_view kSignalReturn("\x48\xc7\xc0\x0f\0\0\0\x0f\x05", 9);
constexpr uint64_t kRedZone = 128;
// Below the red zone: return address and ucontext, then the extended state.
constexpr uint64_t kExtendedAt = 512;
constexpr uint64_t kFrameSize = kExtendedAt + kExtendedStateRoom;
constexpr uint64_t kTrapFlag = 0x100;
constexpr size_t kLargestText = 64 << 20;

}  // namespace

Gadgets Gadgets::find(const Memory& memory, const std::vector<Mapping>& maps,
                      const std::vector<ElfImage>& images) {
  // libc first: it is where both stand, in every libc there is.
  std::vector<const ElfImage*> order;
  for (const ElfImage& image : images) order.push_back(&image);
  std::stable_partition(order.begin(), order.end(), [&](const ElfImage* image) {
    return image->symbol(memory, "__libc_start_main") != 0;
  });
  for (const ElfImage* image : order) {
    Gadgets gadgets{};
    for (const Mapping& mapping : maps) {
      if (!mapping.executable || !image->contains(mapping.start) ||
          mapping.end - mapping.start > kLargestText)
        continue;
      std::string code(mapping.end - mapping.start, '\0');
      if (!memory.try_read(mapping.start, code.data(), code.size())) continue;
      if (size_t at = code.find(kSystemCallReturn); at != code.npos)
        gadgets.system_call_return = mapping.start + at;
      if (size_t at = code.find(kSignalReturn); at != code.npos) gadgets.signal_return = mapping.start + at;
    }
    if (gadgets.system_call_return && gadgets.signal_return) return gadgets;
  }
  throw Error(ExitCode::kCannotAttach,
              "the target's libc is unknown: it has no rt_sigreturn to come back through");
}

RemoteCalls::RemoteCalls(StoppedThread& thread, const Memory& memory, const Gadgets& gadgets)
    : thread_(thread) {
  const Registers& found = thread.registers();
  const uint64_t stack = (found.rsp - kRedZone - kFrameSize) & ~uint64_t{63};
  memory.put(stack, gadgets.signal_return);
  write_signal_frame(memory, thread.tid(), stack + 8, stack + kExtendedAt,
                     resume_registers(found, Resume::kRestart), thread.signal_mask());
  call_registers_ = found;
  call_registers_.rip = gadgets.system_call_return;
  call_registers_.rsp = stack;
  call_registers_.eflags &= ~kTrapFlag;
  call_registers_.orig_rax = static_cast<uint64_t>(-1);
}

int64_t RemoteCalls::may_fail(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                              uint64_t f) {
  Registers registers = call_registers_;
  registers.rax = number;
  registers.rdi = a;
  registers.rsi = b;
  registers.rdx = c;
  registers.r10 = d;
  registers.r8 = e;
  registers.r9 = f;
  thread_.set_registers(registers);
  fault_point("call-set");
  thread_.block_signals();
  fault_point("call-masked");
  thread_.run_to_system_call_stop();
  fault_point("call-entered");
  thread_.run_to_system_call_stop();
  fault_point("call-left");
  return static_cast<int64_t>(thread_.current_registers().rax);
}

uint64_t RemoteCalls::must(const char* what, long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                           uint64_t e, uint64_t f) {
  int64_t result = may_fail(number, a, b, c, d, e, f);
  if (result < 0 && result > -4096) {
    throw Error(ExitCode::kCaptureFailed,
                std::string("the target could not ") + what + ": " + strerror(static_cast<int>(-result)));
  }
  return static_cast<uint64_t>(result);
}

}  // namespace heapdump
