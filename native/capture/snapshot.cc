#include "capture/snapshot.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>

#include "capture/snapshot_process.h"
#include "capture/walk_run.h"
#include "capture/walk_task.h"
#include "capture/walker_mapping.h"
#include "capture/zombies.h"
#include "support/fault.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kRetry = 300us;
constexpr auto kTimeToStop = 1s;
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

[[noreturn]] void refused(int error, Snapshot::Kind kind) {
  const bool fork = kind == Snapshot::Kind::kFork;
  std::string why = strerror(error);
  std::string way_out = "--mode python";
  if (error == EAGAIN) {
    why = "no further process is allowed (pids.max of its cgroup, or its user's limit: ulimit -u)";
  } else if (error == ENOMEM && fork) {
    why = "not enough memory for a copy of the target (vm.overcommit_memory, or its cgroup's limit)";
    way_out = "--mode stop";
  }
  throw target_spared(std::string("the kernel refuses ") +
                      (fork ? "the snapshot process" : "the snapshot task") + ": " + why + " (try " +
                      way_out + ")");
}

class SnapshotRun {
 public:
  explicit SnapshotRun(Snapshot& snapshot)
      : snapshot_(snapshot),
        target_(snapshot.pid),
        task_(target_, snapshot.content_limit),
        gadgets_(Gadgets::find(target_.memory, target_.maps, target_.images)),
        stop_(target_, gadgets_, task_.layout, pauses_, snapshot.cancellation) {
    if (clones_into_another_namespace(snapshot.pid)) {
      throw Error(ExitCode::kCannotAttach,
                  "process " + std::to_string(snapshot.pid) +
                      " has its children in another pid namespace than itself; use --mode python");
    }
  }

  Snapshot::Result run() {
    snapshot_.on_state(CaptureState::kStopping);
    for (const pid_t zombie : find_leftover_zombies(snapshot_.pid)) reap_in_a_stop(zombie);
    snapshot_.on_state(CaptureState::kWaiting);
    Route route = Route::kImmediate;
    try {
      route = stop_.stop(steady_clock::now() + snapshot_.timeout);
      for (const auto& thread : stop_.threads().threads()) stack_pointers_.push_back(thread->registers().rsp);
      if (snapshot_.kind == Snapshot::Kind::kFork)
        fork();
      else
        stop();
    } catch (...) {
      failure_ = std::current_exception();
      stop_.detach();
    }
    snapshot_.on_state(CaptureState::kCleaning);
    clean();
    if (failure_) std::rethrow_exception(failure_);
    return {route, pauses_};
  }

 private:
  bool filtered() const { return target_.status.seccomp == 2; }

  // The mappings that are threads' stacks, sorted.
  std::vector<hd_range> stacks(const std::vector<Mapping>& maps) const {
    std::vector<hd_range> found;
    for (const Mapping& mapping : maps) {
      const auto is_in = [&](uint64_t pointer) { return mapping.contains(pointer); };
      if (std::any_of(stack_pointers_.begin(), stack_pointers_.end(), is_in))
        found.push_back({mapping.start, mapping.end});
    }
    return found;
  }

  // All threads are stopped; they go on with the copy made.
  void fork() {
    std::optional<Child> child;
    uint64_t initial_stack;
    {
      StoppedThread& main = stop_.threads().main();
      require_stack(main);
      RemoteCalls calls(main, target_.memory, gadgets_);
      initial_stack = calls.lowest();
      calls.write_exit_frame(initial_stack, SystemCall(SYS_exit_group, kOrphanStatus));
      fault_point("cloning");
      const int64_t id = calls.clone(0, initial_stack);
      if (id < 0) refused(static_cast<int>(-id), snapshot_.kind);
      fault_point("cloned");
      child_in_target_ = calls.finish_clone();
      child.emplace(id, filtered());
    }
    fault_point("child-traced");
    stop_.detach();
    fault_point("target-let-go");
    stop_.leave(steady_clock::now() + kTimeToLeaveBeforeTheWalk);
    SnapshotProcess process(*child, gadgets_, initial_stack);
    process.isolate(true);
    WalkerMapping mapping(task_, stacks(read_maps(child->tid())), target_.status.memory.resident);
    mapping.map(process.calls(), 0);
    walk(*child, process, mapping);
  }

  // All threads are stopped, and remain so until the dump is complete.
  void stop() {
    StoppedThread& main = stop_.threads().main();
    require_stack(main);
    RemoteCalls calls(main, target_.memory, gadgets_);
    const std::vector<Mapping> maps = read_maps(snapshot_.pid);
    WalkerMapping mapping(task_, stacks(maps), target_.status.memory.resident);
    const uint64_t size = mapping.size();
    const uint64_t gap = find_gap(maps, size);
    if (gap == 0) throw target_spared("the target's address space has no room");
    calls.set_fallback_call(SystemCall(SYS_munmap, gap, size));
    fault_point("fallback-set");
    std::optional<Child> child;
    try {
      mapping.map(calls, gap);
      fault_point("walker-mapped");
      calls.write_exit_frame(mapping.initial_stack(), SystemCall(SYS_exit_group, kOrphanStatus));
      // With CLONE_VFORK the main thread waits in the kernel until the task has ended, also when the tool
      // dies: the mapping goes after who runs in it.
      const int64_t id = calls.clone(CLONE_VM | CLONE_VFORK, mapping.initial_stack());
      if (id < 0) refused(static_cast<int>(-id), snapshot_.kind);
      fault_point("cloned");
      child.emplace(id, filtered());
      fault_point("child-traced");
      SnapshotProcess process(*child, gadgets_, mapping.initial_stack());
      process.isolate(false);
      walk(*child, process, mapping);
    } catch (...) {
      failure_ = std::current_exception();
    }
    if (child) {
      child->kill();
      fault_point("reaping");
      reap(calls, calls.finish_clone());
    }
    calls.clear_fallback_call();
    calls.may_fail(SYS_munmap, gap, size);
    fault_point("walker-unmapped");
    stop_.detach();
  }

  void walk(Child& child, SnapshotProcess& process, WalkerMapping& mapping) {
    mapping.write_contents(process.memory(), process.write_end());
    fault_point("child-mapped");
    snapshot_.on_state(CaptureState::kRunning);
    WalkRun(child, process, mapping, snapshot_.cancellation, snapshot_.on_bytes).run();
  }

  void clean() {
    try {
      if (child_in_target_ != 0) reap_in_a_stop(child_in_target_);
      stop_.leave(steady_clock::now() + kTimeToLeave);
    } catch (const Error&) {
      // It may have ended during the walk: the dump is whole all the same.
      ProcessStatus status;
      if (read_status(snapshot_.pid, &status) && status.state != 'Z') throw;
    }
  }

  void reap_in_a_stop(pid_t id_in_target) {
    for (;; std::this_thread::sleep_for(kRetry)) {
      StoppedThread main(snapshot_.pid, filtered(), steady_clock::now() + kTimeToStop);
      const bool possible = !main.in_restartable_sequence(target_.memory) && has_stack(main);
      if (possible) {
        RemoteCalls calls(main, target_.memory, gadgets_);
        fault_point("reaping");
        reap(calls, id_in_target);
      }
      pauses_.add(main.stopped_for());
      if (possible) return;
    }
  }

  // Whether what is written below the main thread's stack pointer is written into its stack. That of the
  // process grows; another one (of a signal handler, or a coroutine) may be small.
  bool has_stack(const StoppedThread& main) const {
    constexpr uint64_t kRoom = 3 * kReturnFrameSize;
    const uint64_t pointer = main.registers().rsp;
    const Mapping* stack = find_mapping(target_.maps, pointer);
    return stack == nullptr || stack->path == "[stack]" || pointer - stack->start > kRoom;
  }

  void require_stack(const StoppedThread& main) const {
    if (has_stack(main)) return;
    throw target_spared("the main thread runs on a stack that is almost full (try again)");
  }

  Snapshot& snapshot_;
  PauseStats pauses_;
  Inspection target_;
  WalkTask task_;
  Gadgets gadgets_;
  SafePointStop stop_;
  std::vector<uint64_t> stack_pointers_;
  pid_t child_in_target_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

Snapshot::Result Snapshot::run() { return SnapshotRun(*this).run(); }

}  // namespace heapdump
