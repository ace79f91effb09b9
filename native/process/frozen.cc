#include "process/frozen.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "process/status.h"

namespace heapdump {
namespace {

enum class Version { kOne, kTwo };

bool lists(const std::string& words, const std::string& word) {
  return ("," + words + ",").find("," + word + ",") != std::string::npos;
}

// The folder below `prefix` that shows the cgroup, as a mountinfo file tells it; empty if there is none.
std::string folder_of(const std::string& mountinfo, const std::string& prefix, Version version,
                      const std::string& cgroup) {
  std::ifstream file(mountinfo);
  for (std::string line; std::getline(file, line);) {
    const size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream first(line.substr(0, dash)), second(line.substr(dash + 3));
    std::string skipped, root, place, type, options;
    first >> skipped >> skipped >> skipped >> root >> place;
    second >> type >> skipped >> options;
    if (version == Version::kTwo ? type != "cgroup2" : type != "cgroup" || !lists(options, "freezer"))
      continue;
    if (root == "/") root.clear();
    if (cgroup.compare(0, root.size(), root) != 0) continue;
    return prefix + place + cgroup.substr(root.size());
  }
  return "";
}

// Nothing if there is no such file.
std::optional<std::vector<std::string>> words_of(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  return std::vector<std::string>{std::istream_iterator<std::string>(file), {}};
}

bool is_frozen(const std::string& folder, Version version) {
  if (version == Version::kOne) {
    const auto state = words_of(folder + "/freezer.state");
    return state && !state->empty() && state->front() != "THAWED";
  }
  const auto events = words_of(folder + "/cgroup.events");
  for (size_t i = 0; events && i + 1 < events->size(); i += 2) {
    if ((*events)[i] == "frozen") return (*events)[i + 1] == "1";
  }
  return false;
}

}  // namespace

std::optional<std::string> frozen_cgroup(pid_t pid) {
  std::ifstream file(proc_path(pid, "cgroup"));
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string cgroup = line.substr(second + 1);
    if (!controllers.empty() && !lists(controllers, "freezer")) continue;
    const Version version = controllers.empty() ? Version::kTwo : Version::kOne;
    // A container may see nothing but its own cgroup; the process's own mount then still shows its own.
    for (const auto& [mountinfo, prefix] : {std::pair<std::string, std::string>("/proc/self/mountinfo", ""),
                                            {proc_path(pid, "mountinfo"), proc_path(pid, "root")}}) {
      const std::string folder = folder_of(mountinfo, prefix, version, cgroup);
      if (!folder.empty() && is_frozen(folder, version)) return cgroup;
    }
  }
  return std::nullopt;
}

}  // namespace heapdump
