#include "capture/zombies.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "capture/snapshot_process.h"
#include "process/status.h"

namespace heapdump {
namespace {

using namespace std::chrono_literals;

// Between the end that a tracer is told and that which the parent is.
constexpr int kMaxAttempts = 50;

bool is_ours(pid_t pid) {
  std::ifstream file(proc_path(pid, "stat"));
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  const size_t name_at = line.find('(');
  const size_t name_end = line.rfind(')');
  if (name_at == line.npos || name_end == line.npos) return false;
  const std::string name = line.substr(name_at + 1, name_end - name_at - 1);
  // man 5 proc_pid_stat, from the third field on.
  constexpr size_t kState = 0, kExitSignal = 35, kExitCode = 49;
  std::istringstream rest(line.substr(name_end + 1));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() <= kExitCode || fields[kState] != "Z" || fields[kExitSignal] != "0") return false;
  return name == kSnapshotName || fields[kExitCode] == std::to_string(kOrphanStatus << 8);
}

}  // namespace

std::vector<pid_t> find_left_zombies(pid_t target) {
  std::vector<pid_t> found;
  DIR* folder = opendir(proc_path(target, "task").c_str());
  if (folder == nullptr) return found;
  while (const dirent* entry = readdir(folder)) {
    std::ifstream children(proc_path(target, std::string("task/") + entry->d_name + "/children"));
    for (pid_t pid; children >> pid;) {
      ProcessStatus status;
      if (is_ours(pid) && read_status(pid, &status)) found.push_back(status.namespace_pid);
    }
  }
  closedir(folder);
  return found;
}

void reap(RemoteCalls& calls, pid_t id_in_target) {
  for (int i = 0; i < kMaxAttempts; ++i) {
    if (calls.may_fail(SYS_wait4, id_in_target, 0, WNOHANG | __WALL, 0) != 0) return;
    std::this_thread::sleep_for(100us);
  }
}

}  // namespace heapdump
