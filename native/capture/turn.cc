#include "capture/turn.h"

#include <fcntl.h>
#include <sys/file.h>

#include <chrono>
#include <thread>

#include "process/status.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEvery(2);

}  // namespace

Turn::Turn(pid_t target, Deadline deadline, const Cancellation& cancellation)
    : lock_(open(proc_path(target, "task").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  while (lock_ && flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 && steady_clock::now() < deadline) {
    cancellation.check();
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace heapdump
