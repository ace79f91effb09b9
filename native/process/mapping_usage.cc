#include "process/mapping_usage.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "process/status.h"

namespace heapdump {
namespace {

struct Field {
  const char* name;
  uint64_t MappingUsage::*value;
};
constexpr Field kFields[] = {
    {"Rss:", &MappingUsage::resident},         {"Anonymous:", &MappingUsage::anonymous},
    {"Swap:", &MappingUsage::swapped},         {"AnonHugePages:", &MappingUsage::huge},
    {"Private_Hugetlb:", &MappingUsage::huge}, {"Shared_Hugetlb:", &MappingUsage::huge},
};

constexpr char kFlags[] = "VmFlags:";

// proc_pid_smaps(5): memory of a device, without pages of its own, or watched through userfaultfd.
bool is_special(const std::string& flags) {
  std::istringstream words(flags);
  for (std::string word; words >> word;) {
    if (word == "io" || word == "pf" || word == "um" || word == "uw" || word == "ui") return true;
  }
  return false;
}

// Pages of hugetlbfs are in no Rss.
bool is_hugetlb(const char* name) { return strstr(name, "_Hugetlb") != nullptr; }

}  // namespace

std::vector<MappingUsage> read_mapping_usage(pid_t pid) {
  std::ifstream file(proc_path(pid, "smaps"));
  std::vector<MappingUsage> found;
  for (std::string line; std::getline(file, line);) {
    if (auto mapping = parse_mapping(line)) {
      found.push_back({std::move(*mapping)});
      continue;
    }
    if (found.empty()) continue;
    if (line.starts_with(kFlags)) found.back().is_special = is_special(line.substr(strlen(kFlags)));
    for (const Field& field : kFields) {
      if (!line.starts_with(field.name)) continue;
      const uint64_t bytes = std::strtoull(line.c_str() + strlen(field.name), nullptr, 10) << 10;
      found.back().*field.value += bytes;
      if (is_hugetlb(field.name)) found.back().resident += bytes;
    }
  }
  return found;
}

}  // namespace heapdump
