#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "capture/inspection.h"
#include "trampoline.h"

namespace heapdump {

// What is written into a target: struct hd_call, and the trampoline's code behind it; without the part that
// runs scripts if none is run.
struct TrampolineParts {
  explicit TrampolineParts(bool runs_script);

  template <typename Function>
  uint64_t offset_of(Function* function) const {
    return code_at + (reinterpret_cast<const unsigned char*>(function) - hd_trampoline_start);
  }
  size_t size() const { return code_at + code_size; }
  // Where they begin in unused bytes.
  static uint64_t place_in(const ElfImage::Tail& tail);

  size_t call_size;
  size_t code_at;
  size_t code_size;
};

// The ends of the pages of code of the program, of CPython and of libc, which a program cannot unload.
std::vector<ElfImage::Tail> tails_that_stay(const Inspection& target);

// Unused bytes in one of them: they belong to nothing, and are zero, since what is not is somebody's after
// all. 0 if there are none.
uint64_t find_unused(const Memory& memory, const std::vector<ElfImage::Tail>& tails, size_t size);

// The last word of the main thread's stack, which the kernel leaves empty (fs/exec.c, bprm_mm_init). 0 if it
// is not known.
uint64_t stack_end_word(const Inspection& target);

}  // namespace heapdump
