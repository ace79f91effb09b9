#include "capture/snapshot_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>

#include "process/listing.h"
#include "process/status.h"
#include "support/fault.h"

namespace heapdump {
namespace {

constexpr uint64_t kScratchSize = 64;
constexpr int kPipeSize = 1 << 20;
constexpr const char* kFirstToGo = "1000";

}  // namespace

SnapshotProcess::SnapshotProcess(Child& child, const Gadgets& gadgets, uint64_t birth_stack)
    : child_(child),
      memory_(child.tid()),
      calls_(child, memory_, gadgets, birth_stack),
      scratch_(birth_stack - kScratchSize) {}

void SnapshotProcess::settle(bool has_own_memory) {
  memory_.write(scratch_, kSnapshotName, sizeof kSnapshotName);
  calls_.must("name the snapshot process", SYS_prctl, PR_SET_NAME, scratch_);
  fault_point("child-named");
  child_.die_with_tool();
  fault_point("child-bound");
  if (has_own_memory) {
    std::ofstream(proc_path(child_.tid(), "oom_score_adj")) << kFirstToGo;
    lift_limits();
  }
  close_descriptors();
  open_pipe();
  fault_point("child-piped");
}

void SnapshotProcess::lift_limits() {
  // Those of the target are for the target; if this is not allowed, they hold.
  const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
  for (const auto limit : {RLIMIT_AS, RLIMIT_DATA}) prlimit(child_.tid(), limit, &none, nullptr);
}

void SnapshotProcess::close_descriptors() {
  if (calls_.may_fail(SYS_close_range, 0, UINT_MAX, 0) == 0) return;
  // Kernels before 5.9.
  for (const int descriptor : list_numbers(child_.tid(), "fd")) calls_.may_fail(SYS_close, descriptor);
}

void SnapshotProcess::open_pipe() {
  calls_.must("open a pipe", SYS_pipe2, scratch_, O_CLOEXEC);
  int ends[2];
  memory_.read(scratch_, ends, sizeof ends);
  const std::string path = proc_path(child_.tid(), "fd/" + std::to_string(ends[0]));
  pipe_ = UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!pipe_) {
    throw Error(ExitCode::kCaptureFailed,
                "the snapshot's pipe cannot be opened: " + std::string(strerror(errno)));
  }
  fcntl(pipe_.get(), F_SETPIPE_SZ, kPipeSize);
  calls_.must("close a pipe", SYS_close, ends[0]);
  write_end_ = ends[1];
}

}  // namespace heapdump
