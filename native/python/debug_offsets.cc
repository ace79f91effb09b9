#include "python/debug_offsets.h"

#include <cstring>

namespace heapdump {
namespace {

constexpr uint64_t kVersion314 = 0x030e;
// In _Py_DebugOffsets of 3.14 (Include/internal/pycore_debug_offsets.h),
// debugger_support.remote_debugging_enabled: a distance in the state of an interpreter.
constexpr uint64_t kRemoteDebuggingEnabledAt = 712 + 16;

}  // namespace

std::optional<DebugOffsets> read_debug_offsets(const Memory& memory, uint64_t runtime) {
  DebugOffsets offsets;
  if (!memory.try_get(runtime, &offsets) || memcmp(offsets.cookie, "xdebugpy", sizeof offsets.cookie) != 0)
    return std::nullopt;
  return offsets;
}

bool disables_remote_debugging(const Memory& memory, uint64_t runtime, uint64_t interpreter) {
  const auto offsets = read_debug_offsets(memory, runtime);
  if (!offsets || offsets->version >> 16 != kVersion314) return false;
  uint64_t at = 0;
  int32_t enabled = 1;
  return memory.try_get(runtime + kRemoteDebuggingEnabledAt, &at) && at != 0 &&
         memory.try_get(interpreter + at, &enabled) && enabled == 0;
}

}  // namespace heapdump
