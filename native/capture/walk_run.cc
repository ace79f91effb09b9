#include "capture/walk_run.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "process/stat.h"
#include "support/fault.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr size_t kReadSize = 1 << 20;
// A stop of the process is noticed at the next look.
constexpr timespec kPollTime{0, 200'000};
constexpr auto kLookEvery = 20ms;
// More than any one step takes: of its own processor time, or asleep.
constexpr auto kLongestStep = 300ms;
constexpr auto kLongestSleep = 2s;
constexpr int kMaxFaultsWithoutAStep = 100;

// What code raises by going wrong, and not somebody from outside.
bool is_fault(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGSYS:
    case SIGABRT:
      return true;
    default:
      return false;
  }
}

[[noreturn]] void fail(const std::string& message) { throw target_spared(message); }

std::string describe_position(const hd_walk& walk) {
  char object[64];
  snprintf(object, sizeof object, "object 0x%" PRIx64 ", after %" PRIu64 " objects", walk.object,
           walk.objects);
  return object;
}

}  // namespace

WalkRun::WalkRun(Child& child, const SnapshotProcess& process, const WalkerMapping& mapping,
                 const Cancellation& cancellation, const CaptureHandlers& handlers,
                 std::function<void()> on_wait)
    : child_(child),
      process_(process),
      mapping_(mapping),
      cancellation_(cancellation),
      handlers_(handlers),
      on_wait_(std::move(on_wait)),
      buffer_(kReadSize) {}

void WalkRun::run() {
  child_.set_registers(mapping_.start(child_.current_registers()));
  child_.resume();
  fault_point("walking");
  last_ = {0, {}, steady_clock::now()};
  bool at_end = false;
  while (!ended_ || !at_end) {
    cancellation_.check();
    on_wait_();
    at_end = read_pipe();
    if (ended_) continue;
    if (const auto stop = child_.poll()) handle(*stop);
    if (!ended_) watch();
  }
}

// Reads all that there is. True at the end of the pipe.
bool WalkRun::read_pipe() {
  if (!handlers_.has_room()) {
    ppoll(nullptr, 0, &kPollTime, nullptr);
    return false;
  }
  pollfd poll{process_.pipe(), POLLIN, 0};
  if (ppoll(&poll, 1, &kPollTime, nullptr) <= 0) return false;
  const ssize_t size = read(process_.pipe(), buffer_.data(), buffer_.size());
  if (size == 0) return true;
  if (size < 0) {
    if (errno == EAGAIN || errno == EINTR) return false;
    fail(std::string("the snapshot's pipe cannot be read: ") + strerror(errno));
  }
  fault_point("reading");
  handlers_.on_bytes(buffer_.data(), size);
  return false;
}

hd_walk WalkRun::walk() const {
  hd_walk walk;
  if (!mapping_.read_walk(process_.memory(), &walk)) fail("the snapshot process has ended too soon");
  return walk;
}

void WalkRun::handle(const Child::Stop& stop) {
  if (stop.ended) {
    check_end(stop);
    ended_ = true;
  } else if (is_fault(stop.signal_or_status)) {
    recover(stop.signal_or_status, HD_WALK_FAULT);
  } else if (stop.signal_or_status == 0 && stop_asked_) {
    stop_asked_ = false;
    if (hangs(walk()))
      recover(0, HD_WALK_HANG);
    else
      child_.resume();
  } else {
    child_.resume();
  }
}

void WalkRun::check_end(const Child::Stop& end) {
  if (end.signal_or_status == 0) return;
  if (end.signal_or_status == -SIGSYS) fail("the snapshot process was killed" + child_.cause());
  if (end.signal_or_status < 0) {
    fail(std::string("the snapshot process was killed (") + strsignal(-end.signal_or_status) +
         "; a memory limit?)");
  }
  fail("the walker ended with status " + std::to_string(end.signal_or_status));
}

void WalkRun::recover(int signal, hd_walk_failure failure) {
  const hd_walk now = walk();
  const Registers registers = child_.current_registers();
  faults_without_a_step_ = now.steps == steps_at_fault_ ? faults_without_a_step_ + 1 : 0;
  steps_at_fault_ = now.steps;
  if (now.recover_stack == 0 || faults_without_a_step_ > kMaxFaultsWithoutAStep) {
    char at[32];
    snprintf(at, sizeof at, " at 0x%" PRIx64, static_cast<uint64_t>(registers.rip) - mapping_.address());
    fail("the walker failed: " + std::string(signal == 0 ? "it hangs" : strsignal(signal)) + at + ", " +
         describe_position(now));
  }
  child_.set_registers(mapping_.recovery(registers, now, failure));
  last_.awake_at = {};
  child_.resume();
}

// Checks that the walker makes progress, and asks for a stop if it does not.
void WalkRun::watch() {
  const TimePoint now = steady_clock::now();
  if (now < next_look_ || stop_asked_) return;
  next_look_ = now + kLookEvery;
  hd_walk walk;
  // If it cannot be read, the walker has ended, as the next poll tells.
  if (!mapping_.read_walk(process_.memory(), &walk) || !hangs(walk)) return;
  stop_asked_ = true;
  child_.interrupt();
}

bool WalkRun::hangs(const hd_walk& now) {
  const ProcessStat activity = read_stat(child_.tid()).value_or(ProcessStat{});
  const TimePoint time = steady_clock::now();
  if (now.phase == HD_WALK_WRITING || now.steps != last_.steps || last_.awake_at == TimePoint{}) {
    last_ = {now.steps, activity.processor_time, time};
    return false;
  }
  // Stopped by ourselves to look again, it sleeps as it did.
  if (activity.state != 'S' && activity.state != 't') last_.awake_at = time;
  return activity.processor_time - last_.processor_time > kLongestStep ||
         time - last_.awake_at > kLongestSleep;
}

}  // namespace heapdump
