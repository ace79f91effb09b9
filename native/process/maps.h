#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heapdump {

// A line of /proc/PID/maps.
struct Mapping {
  uint64_t start;
  uint64_t end;
  bool readable;
  bool writable;
  bool executable;
  bool shared;
  uint64_t offset;
  uint64_t inode;
  // Empty for anonymous memory; `[stack]` and the like for special ones.
  std::string path;

  bool contains(uint64_t address) const { return address >= start && address < end; }
};

// Nothing if the line is none of a mapping.
std::optional<Mapping> parse_mapping(const std::string& line);

// Empty if the process is gone; throws Error(kCannotAttach) if it may not be read.
std::vector<Mapping> read_maps(pid_t pid);

// The bytes of `[heap]`, which malloc's main arena lies in.
uint64_t heap_size(const std::vector<Mapping>& maps);

// The mapping that holds `address`, or null.
const Mapping* find_mapping(const std::vector<Mapping>& maps, uint64_t address);

}  // namespace heapdump
