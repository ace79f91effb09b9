#include "capture/snapshot.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <utility>

#include "capture/guard.h"
#include "capture/leftovers.h"
#include "capture/memory_survey.h"
#include "capture/meta_message.h"
#include "capture/snapshot_process.h"
#include "capture/symbols.h"
#include "capture/turn.h"
#include "capture/walk_run.h"
#include "capture/walk_task.h"
#include "capture/walker_mapping.h"
#include "capture/zombies.h"
#include "process/gap.h"
#include "support/fault.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kTimeToReap = 3s;
constexpr int kMaxClones = 3;
constexpr char kWhoRemoves[] = "heapdump-guard tries for a minute more, and then the next attach";
// Before the walk, and after it: for what waits for the GIL.
constexpr auto kTimeToLeaveBeforeTheWalk = 20ms;
constexpr auto kTimeToLeave = 10s;

// A process that has asked for another pid namespace for its children: the first would be its init, and the
// namespace dead with it.
bool clones_into_another_namespace(pid_t pid) {
  const auto link = [&](const char* name) {
    char text[64];
    const ssize_t size = readlink(proc_path(pid, name).c_str(), text, sizeof text);
    return size < 0 ? std::string() : std::string(text, size);
  };
  const std::string children = link("ns/pid_for_children");
  if (children.empty()) return access(proc_path(pid, "ns/pid_for_children").c_str(), F_OK) == 0;
  return children != link("ns/pid");
}

// Before Linux 5.16 a signal that dumps core, as a filter's SIGSYS, ends all processes that share the memory.
bool ends_alone() {
  utsname name{};
  int major = 0;
  int minor = 0;
  return uname(&name) == 0 && sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
         (major > 5 || (major == 5 && minor >= 16));
}

[[noreturn]] void refused(int error, Snapshot::Kind kind, bool is_filtered) {
  const bool fork = kind == Snapshot::Kind::kFork;
  std::string why = strerror(error);
  std::string way_out = "--mode python";
  if (is_filtered && (error == EPERM || error == ENOSYS || error == EACCES)) {
    why = "the seccomp filter of the target does not allow clone";
    way_out = "as root on the host, where heapdump suspends filters";
  } else if (error == EAGAIN) {
    why = "no further process is allowed (pids.max of its cgroup, or its user's limit: ulimit -u)";
  } else if (error == ENOMEM && fork) {
    why = "not enough memory for a copy of the target (vm.overcommit_memory, or its cgroup's limit)";
    way_out = "--mode stop";
  } else if (error == ENOMEM) {
    why = "not enough memory";
    way_out = "again when there is more";
  }
  throw target_spared(std::string("the kernel refuses ") +
                      (fork ? "the snapshot process" : "the snapshot task") + ": " + why + " (try " +
                      way_out + ")");
}

class SnapshotRun {
 public:
  explicit SnapshotRun(Snapshot& snapshot)
      : snapshot_(snapshot),
        turn_(snapshot.pid, steady_clock::now() + Turn::kPatience, snapshot.cancellation),
        target_(snapshot.pid),
        task_(target_, snapshot.content, snapshot.types),
        gadgets_(Gadgets::find(target_.memory, target_.maps, target_.images)),
        stop_(target_, gadgets_, task_.layout, pauses_, snapshot.cancellation),
        guard_(target_) {
    if (snapshot.kind == Snapshot::Kind::kStop && is_filtered() && !ends_alone()) {
      throw Error(
          ExitCode::kCannotAttach,
          "process " + std::to_string(snapshot.pid) +
              " has a seccomp filter, and this kernel would end it together with a task in its memory "
              "that the filter ends; use --mode fork");
    }
    if (clones_into_another_namespace(snapshot.pid)) {
      throw Error(ExitCode::kCannotAttach,
                  "process " + std::to_string(snapshot.pid) +
                      " has its children in another pid namespace than itself; use --mode python");
    }
  }

  Snapshot::Result run() {
    snapshot_.handlers.on_state(CaptureState::kStopping);
    remove_leftovers(target_, gadgets_, pauses_, steady_clock::now() + kTimeToReap);
    snapshot_.handlers.on_state(CaptureState::kWaiting);
    Route route = Route::kImmediate;
    try {
      for (int attempt = 1;; ++attempt) {
        route = stop_.stop(steady_clock::now() + snapshot_.timeout);
        stack_pointers_ = stop_.threads().stack_pointers_of_hanging();
        for (const StoppedThread* thread : stop_.threads().stopped())
          stack_pointers_.push_back(thread->registers().rsp);
        if (snapshot_.kind == Snapshot::Kind::kStop) {
          stop();
          break;
        }
        if (fork()) break;
        stop_.detach();
        reap_child();
        if (attempt == kMaxClones) {
          throw target_spared(
              "the clone of the target waits for a thread of it (userfaultfd with fork events?), or the "
              "kernel "
              "is very busy; use --mode python");
        }
      }
    } catch (...) {
      failure_ = std::current_exception();
      stop_.detach();
    }
    snapshot_.handlers.on_state(CaptureState::kCleaning);
    clean();
    if (failure_) std::rethrow_exception(failure_);
    return {route, pauses_, left_};
  }

 private:
  bool is_filtered() const { return target_.filters == Inspection::Filters::kInForce; }

  // While all threads stand, not of so many mappings that it takes long.
  MemorySurvey survey_of(pid_t pid, const std::vector<Mapping>& maps) const {
    constexpr size_t kManyMappings = 8192;
    MemorySurvey survey(maps, stack_pointers_);
    if (snapshot_.kind == Snapshot::Kind::kFork || maps.size() <= kManyMappings)
      survey.look_into(pid, task_.content.is_full());
    return survey;
  }

  // What it is at in the snapshot; the message says so.
  std::vector<uint8_t> look_for_tracemalloc(const Memory& memory) {
    std::string why;
    const auto found = find_tracemalloc(memory, target_.images, target_.interpreter, &why);
    task_.tracemalloc = found.value_or(Tracemalloc{});
    if (!found) return meta_message("tracemalloc_unread", why);
    return meta_message("tracemalloc", found->is_tracing ? std::to_string(found->max_frames) : "off");
  }

  // All threads are stopped; they go on with the copy made. False if the clone took so long that they were
  // let go before, and the copy is of no use.
  bool fork() {
    std::optional<Child> child;
    uint64_t initial_stack;
    {
      RemoteCalls calls(stop_.carrier(), target_.memory, gadgets_);
      initial_stack = calls.lowest();
      calls.write_exit_frame(initial_stack, SystemCall(SYS_exit_group, kOrphanStatus));
      fault_point("cloning");
      bool target_runs = false;
      const int64_t id = calls.clone(0, initial_stack, [&] {
        stop_.threads().detach_all_but(stop_.carrier());
        target_runs = true;
      });
      if (id < 0) refused(static_cast<int>(-id), snapshot_.kind, is_filtered());
      fault_point("cloned");
      child_in_target_ = calls.finish_clone();
      child.emplace(id, target_.suspends_filters());
      // Before the target writes to pages that both have.
      kill_first(child->tid());
      if (target_runs) return false;
    }
    fault_point("child-traced");
    stop_.detach();
    fault_point("target-let-go");
    stop_.leave(steady_clock::now() + kTimeToLeaveBeforeTheWalk);
    turn_.end();
    child->run([&] {
      SnapshotProcess process(*child, gadgets_, initial_stack);
      process.isolate(true, is_filtered());
      const std::vector<Mapping> maps = read_maps(child->tid());
      const MemorySurvey survey = survey_of(child->tid(), maps);
      WalkerMapping mapping(task_, survey, target_.status.memory.resident);
      mapping.map(process.calls(), find_gap(maps, mapping.size()));
      walk(*child, process, mapping, survey);
    });
    return true;
  }

  // All threads are stopped, and remain so until the dump is complete.
  void stop() {
    RemoteCalls calls(stop_.carrier(), target_.memory, gadgets_);
    const std::vector<Mapping> maps = read_maps(snapshot_.pid);
    const MemorySurvey survey = survey_of(snapshot_.pid, maps);
    WalkerMapping mapping(task_, survey, target_.status.memory.resident);
    const uint64_t size = mapping.size();
    const uint64_t gap = find_gap(maps, size);
    calls.set_fallback_call(SystemCall(SYS_munmap, gap, size));
    fault_point("fallback-set");
    std::optional<Child> child;
    bool is_mapped = false;
    try {
      const uint64_t initial_stack = calls.lowest();
      calls.write_exit_frame(initial_stack, SystemCall(SYS_exit_group, kOrphanStatus));
      // With CLONE_VFORK the main thread waits in the kernel until the task has ended, also when the tool
      // dies: the mapping goes after who runs in it, and the stack is free meanwhile.
      // Whatever holds the kernel up: the other threads stand anyway.
      const int64_t id = calls.clone(CLONE_VM | CLONE_VFORK, initial_stack, [] {});
      if (id < 0) refused(static_cast<int>(-id), snapshot_.kind, is_filtered());
      fault_point("cloned");
      child.emplace(id, target_.suspends_filters());
      fault_point("child-traced");
      child->run([&] {
        SnapshotProcess process(*child, gadgets_, initial_stack);
        process.isolate(false, is_filtered());
        // By the task: a filter that kills it kills nobody else.
        if (is_filtered()) check_unmapping(process.calls(), gap, size);
        is_mapped = true;
        mapping.map(process.calls(), gap);
        fault_point("walker-mapped");
        walk(*child, process, mapping, survey);
      });
    } catch (...) {
      failure_ = std::current_exception();
    }
    if (child) {
      child->kill();
      fault_point("reaping");
      const pid_t id = calls.finish_clone();
      if (!reap(calls, id)) child_in_target_ = id;
    }
    calls.clear_fallback_call();
    if (is_mapped) calls.may_fail(SYS_munmap, gap, size);
    fault_point("walker-unmapped");
    stop_.detach();
  }

  // Whether the target's thread may unmap the walker in the end: there is nothing to unmap yet.
  static void check_unmapping(RemoteCalls& task, uint64_t address, uint64_t size) {
    bool is_allowed = false;
    try {
      is_allowed = task.may_fail(SYS_munmap, address, size) == 0;
    } catch (const Error&) {
      // It was killed.
    }
    if (!is_allowed) {
      throw target_spared(
          "the seccomp filter of the target does not allow munmap, with which the walker's memory is given "
          "back; use --mode fork");
    }
  }

  void walk(Child& child, SnapshotProcess& process, WalkerMapping& mapping, const MemorySurvey& survey) {
    const std::vector<uint8_t> tracing = look_for_tracemalloc(process.memory());
    mapping.write_contents(process.memory(), process.write_end());
    fault_point("child-mapped");
    if (snapshot_.handlers.on_symbols) snapshot_.handlers.on_symbols(symbols_);
    const std::vector<uint8_t> mappings = survey.message();
    snapshot_.handlers.on_bytes(mappings.data(), mappings.size());
    snapshot_.handlers.on_bytes(tracing.data(), tracing.size());
    snapshot_.handlers.on_state(CaptureState::kRunning);
    const auto on_wait = [&] {
      if (snapshot_.kind == Snapshot::Kind::kFork) stop_.threads().release_late();
    };
    WalkRun(child, process, mapping, snapshot_.cancellation, snapshot_.handlers, on_wait).run();
  }

  // The dump is whole by then: what cannot be cleaned up is left, and reported.
  void clean() {
    reap_child();
    bool has_left = false;
    try {
      has_left = stop_.leave(steady_clock::now() + kTimeToLeave);
    } catch (const Error&) {
    }
    if (!has_left && !has_ended(snapshot_.pid)) {
      left_.push_back(
          std::string(
              "code behind that of a library, since the main thread did not come out of it in time; ") +
          kWhoRemoves);
    }
    if (!left_.empty()) guard_.take_over();
  }

  void reap_child() {
    const pid_t child = std::exchange(child_in_target_, 0);
    if (child != 0 &&
        !reap_with_any_thread(target_, gadgets_, child, pauses_, steady_clock::now() + kTimeToReap)) {
      left_.push_back("a child that has ended (process " + std::to_string(child) +
                      "), since no thread could wait for it in time; " + kWhoRemoves);
    }
  }

  Snapshot& snapshot_;
  Turn turn_;
  PauseStats pauses_;
  Inspection target_;
  WalkTask task_;
  Gadgets gadgets_;
  Symbols symbols_{target_.memory, target_.images};
  SafePointStop stop_;
  Guard guard_;
  std::vector<uint64_t> stack_pointers_;
  pid_t child_in_target_ = 0;
  std::vector<std::string> left_;
  std::exception_ptr failure_;
};

}  // namespace

Snapshot::Result Snapshot::run() { return SnapshotRun(*this).run(); }

}  // namespace heapdump
