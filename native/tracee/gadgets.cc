#include "tracee/gadgets.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "support/error.h"

namespace heapdump {
namespace {

constexpr std::string_view kSystemCallReturn("\x0f\x05\xc3", 3);
constexpr std::string_view kSignalReturn("\x48\xc7\xc0\x0f\0\0\0\x0f\x05", 9);
constexpr size_t kLargestText = 64 << 20;

}  // namespace

Gadgets Gadgets::find(const Memory& memory, const std::vector<Mapping>& maps,
                      const std::vector<ElfImage>& images) {
  // libc first: it is where both stand, in every libc there is.
  std::vector<const ElfImage*> order;
  for (const ElfImage& image : images) order.push_back(&image);
  std::stable_partition(order.begin(), order.end(), [&](const ElfImage* image) {
    return image->symbol(memory, "__libc_start_main") != 0;
  });
  for (const ElfImage* image : order) {
    Gadgets gadgets{};
    for (const Mapping& mapping : maps) {
      if (!mapping.executable || !image->contains(mapping.start) ||
          mapping.end - mapping.start > kLargestText)
        continue;
      std::string code(mapping.end - mapping.start, '\0');
      if (!memory.try_read(mapping.start, code.data(), code.size())) continue;
      if (size_t at = code.find(kSystemCallReturn); at != code.npos)
        gadgets.system_call_return = mapping.start + at;
      if (size_t at = code.find(kSignalReturn); at != code.npos) gadgets.signal_return = mapping.start + at;
    }
    if (gadgets.system_call_return && gadgets.signal_return) return gadgets;
  }
  throw Error(ExitCode::kCannotAttach,
              "the target's libc is unknown: it has no rt_sigreturn to come back through");
}

bool Gadgets::is_in_system_call_return(uint64_t instruction) const {
  return instruction - system_call_return < kSystemCallReturn.size();
}

bool Gadgets::is_in_signal_return(uint64_t instruction) const {
  return instruction - signal_return < kSignalReturn.size();
}

}  // namespace heapdump
