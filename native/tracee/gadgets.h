#pragma once
#include <cstdint>
#include <vector>

#include "process/elf.h"
#include "process/maps.h"
#include "process/memory.h"

namespace heapdump {

// Instructions in the target's own code that injected system calls use.
struct Gadgets {
  uint64_t system_call_return;  // syscall; ret
  uint64_t signal_return;       // mov $15, %rax; syscall: libc's restorer

  // Throws Error(kCannotAttach) if the target's code has none.
  static Gadgets find(const Memory& memory, const std::vector<Mapping>& maps,
                      const std::vector<ElfImage>& images);

  // Also between two instructions of the sequence.
  bool is_in_system_call_return(uint64_t instruction) const;
  bool is_in_signal_return(uint64_t instruction) const;
};

}  // namespace heapdump
