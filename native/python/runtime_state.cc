#include "python/runtime_state.h"

#include <algorithm>

namespace heapdump {
namespace {

constexpr size_t kMaxInterpreters = 4096;

}  // namespace

std::vector<uint64_t> list_interpreters(const Memory& memory, uint64_t runtime, const hd_layout& layout) {
  std::vector<uint64_t> found;
  uint64_t interpreter = 0;
  memory.try_get(runtime + layout.runtime_interpreters, &interpreter);
  while (interpreter != 0 && found.size() < kMaxInterpreters) {
    found.push_back(interpreter);
    if (!memory.try_get(interpreter + layout.interpreter_next, &interpreter)) break;
  }
  return found;
}

std::vector<uint64_t> RuntimeState::interpreters() const {
  return list_interpreters(memory_, runtime_, layout_);
}

uint64_t RuntimeState::gil(uint64_t interpreter) const {
  if (layout_.interpreter_gil == HD_ABSENT) return runtime_ + layout_.runtime_gil;
  uint64_t gil = 0;
  memory_.try_get(interpreter + layout_.interpreter_gil, &gil);
  return gil;
}

bool RuntimeState::is_held(uint64_t gil) const {
  // -1 before it is created.
  int32_t locked = 0;
  return gil != 0 && (!memory_.try_get(gil + layout_.gil_locked, &locked) || locked > 0);
}

bool RuntimeState::is_collecting(uint64_t interpreter) const {
  int32_t collecting = 0;
  const uint64_t at = (layout_.gc_in_runtime ? runtime_ : interpreter) + layout_.gc_collecting;
  return !memory_.try_get(at, &collecting) || collecting != 0;
}

bool RuntimeState::is_at_rest() const {
  for (const uint64_t interpreter : interpreters()) {
    if (is_held(gil(interpreter)) || is_collecting(interpreter)) return false;
  }
  return true;
}

bool RuntimeState::is_at_rest_except(uint64_t parked) const {
  const uint64_t safe = gil(parked);
  for (const uint64_t interpreter : interpreters()) {
    const uint64_t own = gil(interpreter);
    if ((own != safe && is_held(own)) || is_collecting(interpreter)) return false;
  }
  return true;
}

bool RuntimeState::is_collecting() const {
  const std::vector<uint64_t> all = interpreters();
  return std::any_of(all.begin(), all.end(), [&](uint64_t each) { return is_collecting(each); });
}

bool RuntimeState::holds_gil(uint64_t interpreter, uint64_t thread_identity) const {
  const uint64_t gil = this->gil(interpreter);
  uint64_t holder = 0;
  uint64_t identity = 0;
  return is_held(gil) && memory_.try_get(gil + layout_.gil_last_holder, &holder) && holder != 0 &&
         memory_.try_get(holder + layout_.thread_identity, &identity) && identity == thread_identity;
}

}  // namespace heapdump
