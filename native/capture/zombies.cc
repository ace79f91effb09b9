#include "capture/zombies.h"

#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "capture/snapshot_process.h"
#include "process/listing.h"
#include "process/stat.h"
#include "process/status.h"

namespace heapdump {
namespace {

using namespace std::chrono_literals;

// A parent learns of the end a little later than the tracer.
constexpr int kMaxAttempts = 50;

std::vector<pid_t> list_children(pid_t parent) {
  std::vector<pid_t> found;
  for (const int tid : list_numbers(parent, "task")) {
    std::ifstream children(proc_path(parent, "task/" + std::to_string(tid) + "/children"));
    for (pid_t pid; children >> pid;) found.push_back(pid);
  }
  return found;
}

bool is_ours(pid_t pid) {
  const auto stat = read_stat(pid);
  return stat && stat->state == 'Z' && stat->exit_signal == 0 &&
         (stat->name == kSnapshotName || stat->exit_code == kOrphanStatus << 8);
}

}  // namespace

std::vector<pid_t> find_leftover_zombies(pid_t target) {
  std::vector<pid_t> found;
  for (const pid_t pid : list_children(target)) {
    ProcessStatus status;
    if (is_ours(pid) && read_status(pid, &status)) found.push_back(status.namespace_pid);
  }
  return found;
}

bool has_living_snapshot(pid_t target) {
  return std::ranges::any_of(list_children(target), [](pid_t pid) {
    const auto stat = read_stat(pid);
    return stat && stat->state != 'Z' && stat->exit_signal == 0 && stat->name == kSnapshotName;
  });
}

bool reap(RemoteCalls& calls, pid_t id_in_target) {
  for (int i = 0; i < kMaxAttempts; ++i) {
    if (calls.may_fail(SYS_wait4, id_in_target, 0, WNOHANG | __WALL, 0) != 0) return true;
    std::this_thread::sleep_for(100us);
  }
  return false;
}

}  // namespace heapdump
