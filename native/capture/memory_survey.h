#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "process/elf.h"
#include "process/mapping_usage.h"
#include "process/present_pages.h"
#include "walk/walk.h"

namespace heapdump {

// A process's mappings, as the dump tells of them and as the walker looks into them.
class MemorySurvey {
 public:
  // `stack_pointers`: of the threads.
  MemorySurvey(const std::vector<Mapping>& mappings, const std::vector<uint64_t>& stack_pointers);

  // Asks the kernel what of the process `pid`, which has these mappings, is in memory; it takes a few
  // microseconds for each. `keeps_names`: of files that are no libraries, too.
  void look_into(pid_t pid, bool keeps_names);

  // The mappings that are threads' stacks, sorted.
  const std::vector<hd_range>& stacks() const { return stacks_; }
  // What is in memory of the others, sorted; empty if they were not looked into.
  const std::vector<hd_memory_range>& ranges() const { return ranges_; }
  // One message of protocol.h, of MAPPING records; empty if they were not looked into.
  std::vector<uint8_t> message() const;

 private:
  struct Row {
    MappingUsage usage;
    uint8_t flags;  // enum hd_mapping_flag
    bool has_name;
  };
  uint8_t flags_of(const Mapping& mapping) const;
  void find_ranges(pid_t pid);
  void add_heap(const Mapping& mapping);
  bool add_present(const MappingUsage& usage, PresentPages& present);

  std::vector<Row> rows_;
  std::vector<hd_range> stacks_;
  std::vector<hd_memory_range> ranges_;
};

// Whether malloc is glibc's, as far as images tell.
bool has_glibc_malloc(const Memory& memory, const std::vector<ElfImage>& images);

}  // namespace heapdump
