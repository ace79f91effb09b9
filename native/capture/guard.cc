#include "capture/guard.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <thread>

#include "capture/leftovers.h"
#include "process/stat.h"
#include "support/fault.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int kLookEveryMs = 20;
constexpr auto kTimeToContinue = 1s;
constexpr auto kTimeToEnd = 1s;
constexpr char kName[] = "heapdump-guard";

// Nothing of the tool's stays with it: neither its files, which would seem to be in use, nor its terminal,
// nor its handlers of signals.
void leave_the_tool(int pipe) {
  setsid();
  prctl(PR_SET_NAME, kName);
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP}) ::signal(signal, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDWR);
  dup2(pipe, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(nothing, STDERR_FILENO);
  if (syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0) == 0) return;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  for (int file = STDERR_FILENO + 1; file < static_cast<int>(limit.rlim_cur); ++file) close(file);
}

void continue_tool(pid_t tool, TimePoint& stopped_since) {
  const auto stat = read_stat(tool);
  if (!stat || stat->state != 'T') {
    stopped_since = TimePoint::max();
    return;
  }
  const TimePoint now = steady_clock::now();
  stopped_since = std::min(stopped_since, now);
  // The kernel lets go what a dead tool holds.
  kill(tool, now - stopped_since > kTimeToContinue ? SIGKILL : SIGCONT);
}

// True if it was killed; false if it has said that all is done.
bool watch(pid_t tool) {
  for (TimePoint stopped_since = TimePoint::max();;) {
    pollfd poll{STDIN_FILENO, POLLIN, 0};
    if (::poll(&poll, 1, kLookEveryMs) > 0) {
      char word;
      const ssize_t size = read(STDIN_FILENO, &word, 1);
      if (size == 1) return false;
      if (size == 0) return true;
    }
    continue_tool(tool, stopped_since);
  }
}

}  // namespace

Guard::Guard(const Inspection& target) {
  if (fault_without_guard()) return;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  UniqueFd read_end(ends[0]);
  pipe_ = UniqueFd(ends[1]);
  const pid_t tool = getpid();
  const pid_t pid = target.pid;
  const uint64_t start_ticks = target.stat.start_ticks;
  pid_ = fork();
  if (pid_ != 0) return;
  forget_fault();
  leave_the_tool(read_end.get());
  if (watch(tool)) remove_leftovers_of_killed_tool(pid, start_ticks);
  _exit(0);
}

void Guard::take_over() {
  pipe_.reset();
  pid_ = -1;
}

Guard::~Guard() {
  if (pid_ <= 0) return;
  const char word = 1;
  if (write(pipe_.get(), &word, 1) != 1) kill(pid_, SIGKILL);
  const TimePoint start = steady_clock::now();
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (steady_clock::now() - start > kTimeToEnd) kill(pid_, SIGKILL);
    std::this_thread::sleep_for(100us);
  }
}

}  // namespace heapdump
