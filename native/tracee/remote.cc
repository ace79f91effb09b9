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
    : RemoteCalls(thread, memory, gadgets,
                  (thread.registers().rsp - kRedZone - kReturnFrameSize) & ~uint64_t{63}) {
  write_return_frame(memory, thread.tid(), home_, gadgets.signal_return,
                     resume_registers(thread.registers(), Resume::kRestart), thread.signal_mask());
}

RemoteCalls::RemoteCalls(Tracee& tracee, const Memory& memory, const Gadgets& gadgets, uint64_t stack)
    : tracee_(tracee),
      memory_(memory),
      gadgets_(gadgets),
      base_(tracee.current_registers()),
      home_(stack),
      stack_(stack) {
  base_.eflags &= ~kTrapFlag;
  base_.orig_rax = static_cast<uint64_t>(-1);
}

Registers RemoteCalls::call_of(uint64_t stack, long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                               uint64_t e, uint64_t f) const {
  Registers registers = base_;
  registers.rip = gadgets_.system_call_return;
  registers.rsp = stack;
  registers.rax = number;
  registers.rdi = a;
  registers.rsi = b;
  registers.rdx = c;
  registers.r10 = d;
  registers.r8 = e;
  registers.r9 = f;
  return registers;
}

void RemoteCalls::enter(const Registers& registers) {
  tracee_.set_registers(registers);
  fault_point("call-set");
  tracee_.block_signals();
  fault_point("call-masked");
  tracee_.run_to_system_call_stop();
  fault_point("call-entered");
}

int64_t RemoteCalls::leave() {
  tracee_.run_to_system_call_stop();
  fault_point("call-left");
  return static_cast<int64_t>(tracee_.current_registers().rax);
}

int64_t RemoteCalls::may_fail(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                              uint64_t f) {
  enter(call_of(stack_, number, a, b, c, d, e, f));
  return leave();
}

int64_t RemoteCalls::clone(uint64_t flags, uint64_t stack) {
  tracee_.trace_births(true);
  enter(call_of(stack_, SYS_clone, flags, stack));
  const pid_t child = tracee_.run_to_birth();
  tracee_.trace_births(false);
  return child != 0 ? child : static_cast<int64_t>(tracee_.current_registers().rax);
}

pid_t RemoteCalls::finish_clone() { return static_cast<pid_t>(leave()); }

void RemoteCalls::write_will(long number, uint64_t a, uint64_t b) {
  const uint64_t will = lowest();
  const uint64_t all_signals = ~uint64_t{0};
  write_return_frame(memory_, tracee_.tid(), will, gadgets_.signal_return, call_of(home_, number, a, b),
                     all_signals);
  stack_ = will;
}

void RemoteCalls::drop_will() { stack_ = home_; }

void RemoteCalls::write_last_call(uint64_t stack, long number, uint64_t a) {
  const uint64_t all_signals = ~uint64_t{0};
  write_return_frame(memory_, tracee_.tid(), stack, gadgets_.signal_return, call_of(stack, number, a),
                     all_signals);
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
