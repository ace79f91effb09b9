#include "tracee/signal_frame.h"

#include <cpuid.h>
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/ucontext.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "support/error.h"

namespace heapdump {
namespace {

// arch/x86/include/uapi/asm/sigcontext.h: struct _fpx_sw_bytes, at this distance into the legacy area.
constexpr size_t kSoftwareBytesAt = 464;
struct SoftwareBytes {
  uint32_t magic1;
  uint32_t extended_size;
  uint64_t features;
  uint32_t size;
  uint32_t padding[7];
};
static_assert(sizeof(SoftwareBytes) == 48);
constexpr uint32_t kMagic1 = 0x46505853;
constexpr uint32_t kMagic2 = 0x46505845;
constexpr size_t kFeaturesInUseAt = 512;  // XSTATE_BV, first word of the xsave header
constexpr uint32_t kLegacyAndHeader = 576;
// Above: AMX tiles and what is to come, which the kernel does not restore unless the process uses them.
constexpr int kFirstDynamicFeature = 17;

// The ucontext that the kernel reads (arch/x86/include/uapi/asm/ucontext.h), with its 64-bit signal mask.
struct KernelContext {
  uint64_t flags;
  uint64_t link;
  uint64_t stack_pointer;
  int32_t stack_flags;
  int32_t padding;
  uint64_t stack_size;
  uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
  uint16_t cs, gs, fs, ss;
  uint64_t error, trap, old_mask, cr2;
  uint64_t extended;
  uint64_t reserved[8];
  uint64_t mask;
};
static_assert(sizeof(KernelContext) == 304);
constexpr uint64_t kContextFlags = 1 | 2 | 4;  // UC_FP_XSTATE, UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS
constexpr int32_t kInvalidStackFlags = 0x7;    // sigaltstack refuses them: the present stack stays

// In a return frame: behind the return address and the ucontext.
constexpr uint64_t kExtendedAt = 512;
static_assert(sizeof(uint64_t) + sizeof(KernelContext) <= kExtendedAt &&
              kExtendedAt + kExtendedStateRoom == kReturnFrameSize);

}  // namespace

void write_signal_frame(const Memory& memory, pid_t tid, uint64_t ucontext, uint64_t extended,
                        const Registers& r, uint64_t mask) {
  alignas(64) std::array<unsigned char, kExtendedStateRoom> state{};
  iovec buffer{state.data(), state.size() - 8};
  if (ptrace(PTRACE_GETREGSET, tid, NT_X86_XSTATE, &buffer) != 0) {
    throw Error(ExitCode::kCaptureFailed,
                std::string("the target's registers cannot be read: ") + strerror(errno));
  }
  uint64_t features;
  uint64_t in_use;
  memcpy(&features, &state[kSoftwareBytesAt], sizeof features);
  memcpy(&in_use, &state[kFeaturesInUseAt], sizeof in_use);

  // The kernel restores the legacy part only of a frame that is larger than the process's own signal frames
  // are. So the frame holds what every process may use, and of the dynamic features those that this one does
  // use.
  uint32_t size = kLegacyAndHeader;
  for (int feature = 2; feature < 63; ++feature) {
    const bool wanted =
        (in_use >> feature & 1) || ((features >> feature & 1) && feature < kFirstDynamicFeature);
    if (!wanted) {
      features &= ~(uint64_t{1} << feature);
      continue;
    }
    uint32_t length, offset, unused_c, unused_d;
    __cpuid_count(0xd, feature, length, offset, unused_c, unused_d);
    if (length > 0) size = std::max(size, offset + length);
  }
  size = std::min<uint32_t>(size, buffer.iov_len);

  SoftwareBytes software{};
  software.magic1 = kMagic1;
  software.extended_size = size + sizeof kMagic2;
  software.features = features;
  software.size = size;
  memcpy(&state[kSoftwareBytesAt], &software, sizeof software);
  memcpy(&state[size], &kMagic2, sizeof kMagic2);
  memory.write(extended, state.data(), size + sizeof kMagic2);

  KernelContext context{};
  context.flags = kContextFlags;
  context.stack_flags = kInvalidStackFlags;
  context.r8 = r.r8;
  context.r9 = r.r9;
  context.r10 = r.r10;
  context.r11 = r.r11;
  context.r12 = r.r12;
  context.r13 = r.r13;
  context.r14 = r.r14;
  context.r15 = r.r15;
  context.rdi = r.rdi;
  context.rsi = r.rsi;
  context.rbp = r.rbp;
  context.rbx = r.rbx;
  context.rdx = r.rdx;
  context.rax = r.rax;
  context.rcx = r.rcx;
  context.rsp = r.rsp;
  context.rip = r.rip;
  context.eflags = r.eflags;
  context.cs = r.cs;
  context.ss = r.ss;
  context.extended = extended;
  context.mask = mask;
  memory.write(ucontext, &context, sizeof context);
}

bool read_signal_frame(const Memory& memory, uint64_t ucontext, uint64_t* instruction,
                       uint64_t* stack_pointer) {
  return memory.try_get(ucontext + offsetof(KernelContext, rip), instruction) &&
         memory.try_get(ucontext + offsetof(KernelContext, rsp), stack_pointer);
}

void write_return_frame(const Memory& memory, pid_t tid, uint64_t stack, uint64_t signal_return,
                        const Registers& registers, uint64_t mask) {
  memory.put(stack, signal_return);
  write_signal_frame(memory, tid, stack + sizeof signal_return, stack + kExtendedAt, registers, mask);
}

}  // namespace heapdump
