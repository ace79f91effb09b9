#include "process/listing.h"

#include <dirent.h>

#include <charconv>
#include <cstring>
#include <memory>

#include "process/status.h"

namespace heapdump {

std::vector<int> list_numbers(pid_t pid, const std::string& folder) {
  std::vector<int> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(proc_path(pid, folder).c_str()), closedir);
  if (!entries) return found;
  while (const dirent* entry = readdir(entries.get())) {
    const char* const end = entry->d_name + strlen(entry->d_name);
    int number;
    const auto [at, error] = std::from_chars(entry->d_name, end, number);
    if (error == std::errc() && at == end) found.push_back(number);
  }
  return found;
}

}  // namespace heapdump
