#include "tracee/child.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "process/stat.h"
#include "support/error.h"

namespace heapdump {
namespace {

using namespace std::chrono_literals;

constexpr auto kTimeToStart = 2s;
// The kernel takes a large process apart.
constexpr auto kTimeToEnd = 10s;
constexpr int kKilled = SIGKILL;  // as a wait status

}  // namespace

Child::Child(pid_t id, bool suspends_filters) : Tracee(id, suspends_filters) {
  const auto status = wait(kTimeToStart);
  if (!status) throw target_spared("the snapshot process does not start");
  if (!WIFSTOPPED(*status)) {
    ended_ = true;
    if (WIFSIGNALED(*status)) ended_by_ = WTERMSIG(*status);
    throw_ended();
  }
  stopped_ = true;
}

Child::~Child() { kill(); }

void Child::throw_ended() const { throw target_spared("the snapshot process was killed" + cause()); }

std::string Child::cause() const {
  if (ended_by_ == SIGSYS) return ": the target's seccomp filter does not allow what a dump takes";
  return " (a memory limit?)";
}

void Child::die_with_tool() { set_options(options() | PTRACE_O_EXITKILL); }

std::optional<Child::Stop> Child::poll() {
  int status;
  const pid_t waited = waitpid(tid_, &status, __WALL | WNOHANG);
  if (waited == 0) return std::nullopt;
  stopped_ = waited > 0 && WIFSTOPPED(status);
  if (stopped_) return Stop{false, status >> 16 != 0 ? 0 : WSTOPSIG(status)};
  ended_ = true;
  if (waited < 0) return Stop{true, -SIGKILL};
  if (WIFSIGNALED(status)) ended_by_ = WTERMSIG(status);
  return Stop{true, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)};
}

void Child::resume() {
  stopped_ = false;
  if (ptrace(PTRACE_CONT, tid_, 0, 0) != 0) throw_ended();
}

void Child::run(const std::function<void()>& steps) {
  try {
    steps();
  } catch (const Error&) {
    const bool is_told = ended_ || ended_by_ != 0;
    const auto stat = read_stat(tid_);
    if (is_told || (stat && !stat->ending)) throw;
    if (const auto status = wait(kTimeToEnd); status && WIFSIGNALED(*status)) ended_by_ = WTERMSIG(*status);
    ended_ = true;
    throw_ended();
  }
}

void Child::interrupt() { ptrace(PTRACE_INTERRUPT, tid_, 0, 0); }

void Child::kill() {
  if (ended_) return;
  ::kill(tid_, SIGKILL);
  for (auto status = wait(kTimeToEnd); status && WIFSTOPPED(*status);) status = wait(kTimeToEnd);
  ended_ = true;
  stopped_ = false;
}

// Its wait status; nothing if there is none in that time.
std::optional<int> Child::wait(std::chrono::nanoseconds time) const {
  const Deadline deadline = std::chrono::steady_clock::now() + time;
  for (;; std::this_thread::sleep_for(20us)) {
    int status;
    const pid_t waited = waitpid(tid_, &status, __WALL | WNOHANG);
    if (waited == tid_) return status;
    if (waited < 0) return kKilled;
    if (std::chrono::steady_clock::now() > deadline) return std::nullopt;
  }
}

}  // namespace heapdump
