#include "process/maps.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "process/status.h"

namespace heapdump {

std::optional<Mapping> parse_mapping(const std::string& line) {
  Mapping mapping;
  char permissions[8];
  int path_at = 0;
  if (sscanf(line.c_str(), "%lx-%lx %7s %lx %*x:%*x %lu %n", &mapping.start, &mapping.end, permissions,
             &mapping.offset, &mapping.inode, &path_at) < 5) {
    return std::nullopt;
  }
  mapping.readable = permissions[0] == 'r';
  mapping.writable = permissions[1] == 'w';
  mapping.executable = permissions[2] == 'x';
  mapping.shared = permissions[3] == 's';
  if (path_at > 0) mapping.path = line.substr(path_at);
  return mapping;
}

std::vector<Mapping> read_maps(pid_t pid) {
  std::ifstream file(proc_path(pid, "maps"));
  if (!file) throw attach_error(pid, errno);
  std::vector<Mapping> maps;
  for (std::string line; std::getline(file, line);) {
    if (auto mapping = parse_mapping(line)) maps.push_back(std::move(*mapping));
  }
  return maps;
}

uint64_t heap_size(const std::vector<Mapping>& maps) {
  uint64_t size = 0;
  for (const Mapping& mapping : maps) {
    if (mapping.path == "[heap]") size += mapping.end - mapping.start;
  }
  return size;
}

const Mapping* find_mapping(const std::vector<Mapping>& maps, uint64_t address) {
  for (const Mapping& mapping : maps) {
    if (mapping.contains(address)) return &mapping;
  }
  return nullptr;
}

}  // namespace heapdump
