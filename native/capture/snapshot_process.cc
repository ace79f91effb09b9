#include "capture/snapshot_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <climits>
#include <fstream>

#include "process/listing.h"
#include "process/status.h"
#include "support/fault.h"

namespace heapdump {
namespace {

constexpr uint64_t kScratchSize = 64;
constexpr const char* kMaxOomScoreAdj = "1000";

}  // namespace

void kill_first(pid_t copy) { std::ofstream(proc_path(copy, "oom_score_adj")) << kMaxOomScoreAdj; }

SnapshotProcess::SnapshotProcess(Child& child, const Gadgets& gadgets, uint64_t initial_stack)
    : child_(child),
      memory_(child.tid()),
      calls_(child, memory_, gadgets, initial_stack),
      scratch_(initial_stack - kScratchSize),
      pipe_(child.tid()) {}

void SnapshotProcess::isolate(bool has_own_memory, bool is_filtered) {
  memory_.write(scratch_, kSnapshotName, sizeof kSnapshotName);
  calls_.must("name the snapshot process", SYS_prctl, PR_SET_NAME, scratch_);
  fault_point("child-named");
  child_.die_with_tool();
  fault_point("child-bound");
  if (has_own_memory) {
    lift_limits();
    compete_with_nobody();
  }
  close_descriptors(is_filtered);
  // Blocking, on the side on which the process writes.
  pipe_.open(calls_, memory_, scratch_, O_CLOEXEC);
  fault_point("child-piped");
}

void SnapshotProcess::lift_limits() {
  // Those of the target are for the target; if this is not allowed, they hold.
  const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
  for (const auto limit : {RLIMIT_AS, RLIMIT_DATA}) prlimit(child_.tid(), limit, &none, nullptr);
}

// A target that has a processor for itself shall keep it.
void SnapshotProcess::compete_with_nobody() {
  const sched_param ordinary{};
  sched_setscheduler(child_.tid(), SCHED_OTHER, &ordinary);
  cpu_set_t own;
  if (sched_getaffinity(0, sizeof own, &own) == 0) sched_setaffinity(child_.tid(), sizeof own, &own);
}

void SnapshotProcess::close_descriptors(bool is_filtered) {
  if (!is_filtered && calls_.may_fail(SYS_close_range, 0, UINT_MAX, 0) == 0) return;
  // Kernels before 5.9.
  for (const int descriptor : list_numbers(child_.tid(), "fd")) calls_.may_fail(SYS_close, descriptor);
}

}  // namespace heapdump
