#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace heapdump {

// What /proc/PID/stat says (man 5 proc_pid_stat).
struct ProcessStat {
  std::string name;
  char state = '?';
  // Its memory may be gone already, while it is no zombie yet.
  bool ending = false;
  std::chrono::nanoseconds processor_time{};
  // On which it runs, or has run last.
  int processor = 0;
  // Since the machine was booted, in clock ticks.
  uint64_t start_ticks = 0;
  // What its end sends to its parent; 0: nothing.
  int exit_signal = 0;
  // Of one that has ended, as waitpid gives it.
  int exit_code = 0;
};

// Nothing if that is not such a line.
std::optional<ProcessStat> parse_stat(const std::string& line);
// Nothing if there is no such process. The processor time is that of all of its threads.
std::optional<ProcessStat> read_stat(pid_t pid);
// Of one thread.
std::optional<ProcessStat> read_thread_stat(pid_t tid);

}  // namespace heapdump
