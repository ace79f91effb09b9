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
  // Of the process `pid`. `stack_pointers`: of the threads. `keeps_names`: of files that are no libraries,
  // too.
  MemorySurvey(pid_t pid, const std::vector<uint64_t>& stack_pointers, bool keeps_names);
  // The same where the kernel would take long to tell what is in memory: the stacks alone.
  MemorySurvey(const std::vector<Mapping>& mappings, const std::vector<uint64_t>& stack_pointers);

  // The mappings that are threads' stacks, sorted.
  const std::vector<hd_range>& stacks() const { return stacks_; }
  // What is in memory of the others, sorted.
  const std::vector<hd_memory_range>& ranges() const { return ranges_; }
  // One message of protocol.h, of MAPPING records; empty if nothing is known.
  std::vector<uint8_t> message() const;

  // The kernel takes a few microseconds for each.
  static constexpr size_t kManyMappings = 8192;

 private:
  struct Row {
    MappingUsage usage;
    uint8_t flags;  // enum hd_mapping_flag
    bool has_name;
  };
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
