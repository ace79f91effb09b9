#include "capture/thread_activity.h"

#include "process/status.h"

namespace heapdump {

std::string describe_activity(const Inspection& target, const Registers& registers) {
  if (static_cast<int64_t>(registers.orig_rax) >= 0) {
    return "was in the system call " + system_call_name(static_cast<long>(registers.orig_rax));
  }
  for (const ElfImage& image : target.images) {
    if (!image.contains(registers.rip)) continue;
    const std::string function = image.function_at(target.memory, registers.rip);
    const std::string file = image.path().substr(image.path().rfind('/') + 1);
    return "ran native code (" + (function.empty() ? "" : function + " in ") + file + ")";
  }
  return "ran native code";
}

}  // namespace heapdump
