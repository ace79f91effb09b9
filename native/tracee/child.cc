#include "tracee/child.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <csignal>

#include "support/error.h"

namespace heapdump {

Child::Child(pid_t id, bool filtered) : Tracee(id, filtered) {
  int status;
  if (waitpid(id, &status, __WALL) != id || !WIFSTOPPED(status)) {
    ended_ = true;
    throw_ended();
  }
  stopped_ = true;
}

Child::~Child() { kill(); }

void Child::throw_ended() const { throw target_spared("the snapshot process was killed (a memory limit?)"); }

void Child::die_with_tool() { set_options(options() | PTRACE_O_EXITKILL); }

std::optional<Child::Stop> Child::poll() {
  int status;
  const pid_t waited = waitpid(tid_, &status, __WALL | WNOHANG);
  if (waited == 0) return std::nullopt;
  stopped_ = waited > 0 && WIFSTOPPED(status);
  if (stopped_) return Stop{false, status >> 16 != 0 ? 0 : WSTOPSIG(status)};
  ended_ = true;
  if (waited < 0) return Stop{true, -SIGKILL};
  return Stop{true, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)};
}

void Child::resume() {
  stopped_ = false;
  if (ptrace(PTRACE_CONT, tid_, 0, 0) != 0) throw_ended();
}

void Child::interrupt() { ptrace(PTRACE_INTERRUPT, tid_, 0, 0); }

void Child::kill() {
  if (ended_) return;
  ::kill(tid_, SIGKILL);
  int status;
  while (waitpid(tid_, &status, __WALL) == tid_ && WIFSTOPPED(status)) {
  }
  ended_ = true;
  stopped_ = false;
}

}  // namespace heapdump
