#pragma once
#include <map>
#include <string>
#include <vector>

#include "process/elf.h"
#include "process/memory.h"

namespace heapdump {

// The names of a process's exported variables, by an address in them; read when an image is first asked.
class Symbols {
 public:
  Symbols(const Memory& memory, const std::vector<ElfImage>& images) : memory_(memory), images_(images) {}

  // As C++ writes it: `vtable for arrow::Buffer`; empty if there is none.
  std::string name_of(uint64_t address);

 private:
  const Memory& memory_;
  const std::vector<ElfImage>& images_;
  std::map<const ElfImage*, std::vector<ElfImage::Variable>> variables_;
};

}  // namespace heapdump
