#include "process/timed_wait.h"

#include <sched.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "process/stat.h"
#include "process/status.h"

namespace heapdump {
namespace {

constexpr long kEpollPwait2 = 441;  // Linux 5.11

using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kTimeForAClock = 20ms;
constexpr auto kTimeThatAClockIsGood = 1s;

struct Scheduling {
  // When it last began or ceased to run, by the clock of its processor's run queue.
  nanoseconds at;
  uint64_t voluntary_switches;
};

std::optional<Scheduling> read_scheduling(const std::string& path) {
  std::ifstream file(path);
  std::optional<double> at;
  std::optional<uint64_t> switches;
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    if (colon == line.npos) continue;
    if (line.starts_with("se.exec_start")) at = strtod(line.c_str() + colon + 1, nullptr);
    if (line.starts_with("nr_voluntary_switches")) switches = strtoull(line.c_str() + colon + 1, nullptr, 10);
  }
  if (!at || !switches) return std::nullopt;
  return Scheduling{nanoseconds(std::llround(*at * 1e6)), *switches};
}

// By how much this thread's clock is ahead of that of the processor, on which it goes for that.
std::optional<nanoseconds> measure_clock(int processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  if (sched_setaffinity(0, sizeof one, &one) != 0) return std::nullopt;
  sched_yield();  // It says when it ran last.
  const auto own = read_scheduling("/proc/thread-self/sched");
  if (!own) return std::nullopt;
  return steady_clock::now().time_since_epoch() - own->at;
}

// These clocks do not count the time that interrupts and other virtual machines took, so each is another one.
// On a thread of its own, since the processor may belong to somebody who lets nobody else run.
std::optional<nanoseconds> clock_ahead_of_processor(int processor) {
  static std::mutex mutex;
  static std::map<int, std::pair<std::optional<nanoseconds>, steady_clock::time_point>> known;
  const std::lock_guard lock(mutex);
  const auto found = known.find(processor);
  if (found != known.end() && steady_clock::now() - found->second.second < kTimeThatAClockIsGood)
    return found->second.first;
  const auto measured = std::make_shared<std::promise<std::optional<nanoseconds>>>();
  auto answer = measured->get_future();
  std::thread([measured, processor] { measured->set_value(measure_clock(processor)); }).detach();
  const bool is_measured = answer.wait_for(kTimeForAClock) == std::future_status::ready;
  const auto ahead = is_measured ? answer.get() : std::nullopt;
  known[processor] = {ahead, steady_clock::now()};
  return ahead;
}

}  // namespace

std::optional<Sleep> read_sleep(pid_t tid) {
  const auto scheduling = read_scheduling(proc_path(tid, "sched"));
  const auto stat = read_thread_stat(tid);
  if (!scheduling || !stat) return std::nullopt;
  return Sleep{scheduling->at, stat->processor, clock_ahead_of_processor(stat->processor),
               scheduling->voluntary_switches};
}

std::optional<nanoseconds> time_slept(const Sleep& before, pid_t tid) {
  const auto now = read_scheduling(proc_path(tid, "sched"));
  const auto stat = read_thread_stat(tid);
  // The stop is a switch itself.
  if (!now || !stat || now->voluntary_switches != before.voluntary_switches + 1) return std::nullopt;
  nanoseconds slept{};
  if (stat->processor == before.processor) {
    slept = now->at - before.since;
  } else if (before.ahead) {
    slept = steady_clock::now().time_since_epoch() - (before.since + *before.ahead);
  }
  return slept > nanoseconds::zero() ? std::optional(slept) : std::nullopt;
}

int32_t rest_of(int32_t time_out, std::chrono::nanoseconds passed) {
  if (time_out <= 0) return time_out;
  const auto rest = std::chrono::milliseconds(time_out) - passed;
  return static_cast<int32_t>(
      std::max(std::chrono::ceil<std::chrono::milliseconds>(rest).count(), int64_t{0}));
}

bool put_rest(const Memory& memory, uint64_t request, std::optional<std::chrono::nanoseconds> slept,
              uint64_t rest) {
  using std::chrono::seconds;
  timespec time;
  if (!slept || !memory.try_get(request, &time)) return false;
  const auto left = std::max(seconds(time.tv_sec) + nanoseconds(time.tv_nsec) - *slept, nanoseconds::zero());
  const auto whole = std::chrono::duration_cast<seconds>(left);
  memory.put(rest, timespec{whole.count(), (left - whole).count()});
  return true;
}

std::optional<int> timeout_argument(long number) {
  switch (number) {
    case SYS_rt_sigtimedwait:
      return 2;
    case SYS_semtimedop:
    case kEpollPwait2:
      return 3;
    case SYS_io_getevents:
    case SYS_io_pgetevents:
      return 4;
    default:
      return std::nullopt;
  }
}

bool is_in_timed_wait(pid_t tid) {
  std::ifstream file(proc_path(tid, "syscall"));
  long number;
  std::array<uint64_t, 5> arguments;
  file >> number >> std::hex;
  for (uint64_t& argument : arguments) file >> argument;
  if (!file) return false;
  if (const auto timeout = timeout_argument(number)) return arguments[*timeout] != 0;
  switch (number) {
    case SYS_epoll_wait:
    case SYS_epoll_pwait:
      return static_cast<int32_t>(arguments[3]) > 0;
    case SYS_poll:
      return static_cast<int32_t>(arguments[2]) > 0;
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
      return true;
    default:
      return false;
  }
}

}  // namespace heapdump
