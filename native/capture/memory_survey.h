#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "process/elf.h"
#include "process/mapping_usage.h"
#include "walk/walk.h"

namespace heapdump {

// A process's mappings, as the dump tells of them and as the walker looks into them.
class MemorySurvey {
 public:
  // `stack_pointers`: of the threads. The mappings that are not in memory for the most part are not looked
  // into.
  MemorySurvey(std::vector<MappingUsage> mappings, const std::vector<uint64_t>& stack_pointers);

  // The mappings that are threads' stacks, sorted.
  std::vector<hd_range> stacks() const;
  // Sorted; without stacks.
  std::vector<hd_memory_range> ranges() const;
  // One message of protocol.h, of MAPPING records; empty if nothing is known.
  std::vector<uint8_t> message() const;

 private:
  struct Row {
    MappingUsage usage;
    uint8_t flags;  // enum hd_mapping_flag
  };
  std::vector<Row> rows_;
};

// Whether malloc is glibc's, as far as images tell.
bool has_glibc_malloc(const Memory& memory, const std::vector<ElfImage>& images);

}  // namespace heapdump
