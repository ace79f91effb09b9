#include "capture/filtered_calls.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <vector>

#include "tracee/seccomp.h"

namespace heapdump {
namespace {

// Those of the trampoline (payload/trampoline.c), and of a thread that takes the GIL.
std::vector<SystemCall> parking_calls() {
  constexpr int kSetMask = 2;
  return {
      SystemCall(SYS_getpid),
      SystemCall(SYS_rt_sigprocmask, kSetMask, 0, 0, 8),
      SystemCall(SYS_rt_sigreturn),
      SystemCall(SYS_futex, 0, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0),
      SystemCall(SYS_futex, 0, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0),
      SystemCall(SYS_futex, 0, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, 0, 0, -1),
  };
}

// A script writes, and CPython and malloc take memory and give it back; they take it if a call fails.
std::vector<SystemCall> script_calls() {
  constexpr uint64_t kSize = 1 << 20;
  constexpr int kReadWrite = PROT_READ | PROT_WRITE;
  return {
      SystemCall(SYS_write, 5, 0, kSize),
      SystemCall(SYS_mmap, 0, kSize, kReadWrite, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      SystemCall(SYS_munmap, 0, kSize),
      SystemCall(SYS_mremap, 0, kSize, 2 * kSize, MREMAP_MAYMOVE, 0),
      SystemCall(SYS_madvise, 0, kSize, MADV_DONTNEED),
      SystemCall(SYS_brk, 0),
      SystemCall(SYS_rt_sigpending, 0, 8),
      SystemCall(SYS_rt_sigtimedwait, 0, 0, 0, 8),
      SystemCall(SYS_fstat, 5, 0),
      SystemCall(SYS_close, 5),
  };
}

}  // namespace

std::string find_forbidden_call(const Inspection& target, const StoppedThread& thread, TrampolineWork work) {
  if (!target.suspends_filters()) return "";
  const auto filters = SeccompFilters::read(thread.tid());
  if (!filters) return "";
  for (const SystemCall& call : parking_calls()) {
    if (!filters->allows(call)) return system_call_name(call.number);
  }
  if (work == TrampolineWork::kParking) return "";
  for (const SystemCall& call : script_calls()) {
    if (filters->is_deadly(call)) return system_call_name(call.number);
  }
  return "";
}

}  // namespace heapdump
