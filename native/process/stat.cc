#include "process/stat.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "process/clock.h"
#include "process/status.h"

namespace heapdump {

std::optional<ProcessStat> parse_stat(const std::string& line) {
  // The name stands in parentheses, and may hold any character.
  const size_t name_at = line.find('(');
  const size_t name_end = line.rfind(')');
  if (name_at == line.npos || name_end == line.npos) return std::nullopt;
  // From the third field on.
  constexpr size_t kState = 0, kFlags = 6, kUserTime = 11, kSystemTime = 12, kStart = 19, kExitSignal = 35,
                   kProcessor = 36, kExitCode = 49;
  std::istringstream rest(line.substr(name_end + 1));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() <= kExitCode) return std::nullopt;
  const auto number = [&](size_t field) { return strtoll(fields[field].c_str(), nullptr, 10); };
  ProcessStat stat;
  stat.name = line.substr(name_at + 1, name_end - name_at - 1);
  stat.state = fields[kState][0];
  constexpr long long kExiting = 0x4;  // PF_EXITING of the kernel's
  stat.ending = (number(kFlags) & kExiting) != 0;
  stat.processor_time = (number(kUserTime) + number(kSystemTime)) * clock_tick();
  stat.processor = static_cast<int>(number(kProcessor));
  stat.start_ticks = number(kStart);
  stat.exit_signal = static_cast<int>(number(kExitSignal));
  stat.exit_code = static_cast<int>(number(kExitCode));
  return stat;
}

namespace {

std::optional<ProcessStat> read_file(const std::string& path) {
  // An iterator of the file's buffer would throw if the process ended after it was opened.
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return parse_stat(text.str());
}

}  // namespace

std::optional<ProcessStat> read_stat(pid_t pid) { return read_file(proc_path(pid, "stat")); }

std::optional<ProcessStat> read_thread_stat(pid_t tid) {
  return read_file(proc_path(tid, "task/" + std::to_string(tid) + "/stat"));
}

}  // namespace heapdump
