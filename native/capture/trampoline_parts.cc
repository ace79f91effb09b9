#include "capture/trampoline_parts.h"

#include <string>

namespace heapdump {
namespace {

uint64_t aligned(uint64_t size) { return (size + 15) & ~uint64_t{15}; }

}  // namespace

TrampolineParts::TrampolineParts(bool runs_script)
    : call_size(runs_script ? sizeof(hd_call) : offsetof(hd_call, script)),
      code_at(aligned(call_size)),
      code_size((runs_script ? hd_trampoline_end : hd_trampoline_script_start) - hd_trampoline_start) {}

uint64_t TrampolineParts::place_in(const ElfImage::Tail& tail) { return aligned(tail.start); }

std::vector<ElfImage::Tail> tails_that_stay(const Inspection& target) {
  const ElfImage* const program = find_program(target.pid, target.images);
  std::vector<ElfImage::Tail> found;
  for (const ElfImage& image : target.images) {
    const bool stays = &image == program || image.symbol(target.memory, "Py_AddPendingCall") != 0 ||
                       image.symbol(target.memory, "__libc_start_main") != 0;
    if (!stays) continue;
    for (const ElfImage::Tail& tail : image.code_tails()) {
      const Mapping* mapping = find_mapping(target.maps, TrampolineParts::place_in(tail));
      if (mapping != nullptr && mapping->executable && !mapping->writable && mapping->path == image.path())
        found.push_back(tail);
    }
  }
  return found;
}

uint64_t find_unused(const Memory& memory, const std::vector<ElfImage::Tail>& tails, size_t size) {
  for (const ElfImage::Tail& tail : tails) {
    const uint64_t place = TrampolineParts::place_in(tail);
    std::string bytes(size, '\1');
    if (place + size <= tail.end && memory.try_read(place, bytes.data(), size) &&
        bytes.find_first_not_of('\0') == bytes.npos)
      return place;
  }
  return 0;
}

uint64_t stack_end_word(const Inspection& target) {
  return target.main_stack ? target.main_stack->end - sizeof(hd_progress) : 0;
}

}  // namespace heapdump
