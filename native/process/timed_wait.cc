#include "process/timed_wait.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

#include "process/clock.h"
#include "process/stat.h"
#include "process/status.h"

namespace heapdump {
namespace {

constexpr long kEpollPwait2 = 441;  // Linux 5.11

}  // namespace

std::optional<Sleep> read_sleep(pid_t tid) {
  std::ifstream file(proc_path(tid, "sched"));
  std::optional<double> since;
  std::optional<uint64_t> switches;
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    if (colon == line.npos) continue;
    if (line.starts_with("se.exec_start")) since = strtod(line.c_str() + colon + 1, nullptr);
    if (line.starts_with("nr_voluntary_switches")) switches = strtoull(line.c_str() + colon + 1, nullptr, 10);
  }
  const auto stat = read_thread_stat(tid);
  if (!since || !switches || !stat) return std::nullopt;
  return Sleep{std::chrono::nanoseconds(std::llround(*since * 1e6)), *switches, stat->processor};
}

namespace {

// By how much the clocks of two processors' run queues may differ: they do not count the time that interrupts
// and other virtual machines took. /proc/stat counts that in ticks.
std::chrono::nanoseconds difference_of_clocks(int one, int other) {
  std::ifstream file("/proc/stat");
  std::array<std::optional<int64_t>, 2> lost;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name;
    int64_t user, nice, system, idle, waiting, interrupts, soft_interrupts, stolen;
    if (!(fields >> name >> user >> nice >> system >> idle >> waiting >> interrupts >> soft_interrupts >>
          stolen))
      continue;
    if (name == "cpu" + std::to_string(one)) lost[0] = interrupts + soft_interrupts + stolen;
    if (name == "cpu" + std::to_string(other)) lost[1] = interrupts + soft_interrupts + stolen;
  }
  if (!lost[0] || !lost[1]) return std::chrono::nanoseconds::max();
  constexpr int kRounding = 4;
  return (std::abs(*lost[0] - *lost[1]) + kRounding) * clock_tick();
}

}  // namespace

std::optional<std::chrono::nanoseconds> time_slept(const Sleep& before, pid_t tid) {
  const auto now = read_sleep(tid);
  // The stop is a switch itself.
  if (!now || now->voluntary_switches != before.voluntary_switches + 1) return std::nullopt;
  const auto slept = now->since - before.since;
  const auto unsure = now->processor == before.processor
                          ? std::chrono::nanoseconds::zero()
                          : difference_of_clocks(before.processor, now->processor);
  if (slept <= unsure) return std::nullopt;
  return slept - unsure;
}

int32_t rest_of(int32_t time_out, std::chrono::nanoseconds passed) {
  if (time_out <= 0) return time_out;
  const auto rest = std::chrono::milliseconds(time_out) - passed;
  return static_cast<int32_t>(
      std::max(std::chrono::ceil<std::chrono::milliseconds>(rest).count(), int64_t{0}));
}

bool put_rest(const Memory& memory, uint64_t request, std::optional<std::chrono::nanoseconds> slept,
              uint64_t rest) {
  using std::chrono::nanoseconds;
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
