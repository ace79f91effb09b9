#include "capture/inspection.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "process/frozen.h"
#include "process/listing.h"
#include "support/error.h"
#include "support/unique_fd.h"
#include "tracee/seccomp.h"

namespace heapdump {
namespace {

constexpr int kStrictSeccomp = 1;
constexpr int kFilterSeccomp = 2;

// Else /proc would seem to have no such process, in the midst of a capture too.
void check_own_descriptors(pid_t pid) {
  constexpr int kNeeded = 24;
  std::array<UniqueFd, kNeeded> held;
  for (UniqueFd& one : held) {
    one = UniqueFd(open("/", O_PATH | O_CLOEXEC));
    if (one || (errno != EMFILE && errno != ENFILE)) continue;
    throw Error(ExitCode::kCannotAttach,
                "this command may not open enough files (ulimit -n): it needs " + std::to_string(kNeeded) +
                    " beside those that it has; nothing was done to process " + std::to_string(pid));
  }
}

ProcessStatus read_attachable_status(pid_t pid) {
  check_own_descriptors(pid);
  ProcessStatus status;
  if (!read_status(pid, &status)) throw attach_error(pid, ESRCH);
  if (status.tgid != pid) {
    throw Error(ExitCode::kCannotAttach, std::to_string(pid) + " is a thread of process " +
                                             std::to_string(status.tgid) + "; give the process");
  }
  if (pid == getpid()) throw Error(ExitCode::kCannotAttach, "heapdump cannot attach to itself");
  if (status.state == 'Z' || status.tracer != 0) throw attach_error(pid, status, 0);
  if (status.seccomp == kStrictSeccomp) {
    throw Error(
        ExitCode::kCannotAttach,
        "process " + std::to_string(pid) +
            " is in seccomp's strict mode: the kernel kills it at any system call but read and write, and "
            "a dump takes others");
  }
  if (const auto cgroup = frozen_cgroup(pid)) {
    throw Error(ExitCode::kCannotAttach,
                "process " + std::to_string(pid) + " is frozen, with all of its cgroup " + *cgroup +
                    ": none of its threads can do anything until it is thawed (docker unpause)");
  }
  return status;
}

Inspection::Filters find_filters(pid_t pid) {
  for (const pid_t tid : list_numbers(pid, "task")) {
    ProcessStatus status;
    if (read_status(tid, &status) && status.seccomp == kFilterSeccomp)
      return may_suspend_filters() ? Inspection::Filters::kSuspended : Inspection::Filters::kInForce;
  }
  return Inspection::Filters::kNone;
}

std::vector<Mapping> read_user_maps(pid_t pid) {
  auto maps = read_maps(pid);
  if (maps.empty()) {
    throw Error(ExitCode::kCannotAttach,
                "process " + std::to_string(pid) + " has no memory: it is a kernel thread");
  }
  return maps;
}

}  // namespace

bool is_ending(pid_t pid) {
  const auto stat = read_stat(pid);
  return !stat || stat->ending;
}

Inspection::Inspection(pid_t pid)
    : pid(pid),
      status(read_attachable_status(pid)),
      stat(read_stat(pid).value_or(ProcessStat{})),
      filters(find_filters(pid)),
      memory(pid),
      maps(unless_it_ends(pid, [&] { return read_user_maps(pid); })),
      main_stack(find_main_stack(pid, maps)),
      images(unless_it_ends(pid, [&] { return read_images(memory, maps); })),
      interpreter(unless_it_ends(pid, [&] { return Interpreter::find(pid, memory, maps, images); })) {}

bool can_make_pending_calls(const Inspection& target) {
  return target.interpreter.layout().pending_calls.main_interpreter_only ||
         target.interpreter.interpreters(target.memory) == 1;
}

}  // namespace heapdump
