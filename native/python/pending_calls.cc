#include "python/pending_calls.h"

#include <algorithm>

#include "support/error.h"

namespace heapdump {

PendingCalls::PendingCalls(const Memory& memory, const Interpreter& interpreter)
    : memory_(memory), interpreter_(interpreter), layout_(interpreter.layout().pending_calls) {
  if (!plausible(interpreter.pending_calls(memory).front())) {
    throw unknown_layout(interpreter.version(), "its queue of pending calls is elsewhere");
  }
}

bool PendingCalls::plausible(uint64_t queue) const {
  int32_t first;
  int32_t last;
  if (!memory_.try_get(queue + layout_.first, &first) || !memory_.try_get(queue + layout_.last, &last))
    return false;
  if (first < 0 || first >= layout_.capacity || last < 0 || last >= layout_.capacity) return false;
  if (layout_.lock_is_semaphore) {
    uint64_t semaphore;
    uint32_t value;
    return memory_.try_get(queue + layout_.lock, &semaphore) && memory_.try_get(semaphore, &value) &&
           value <= 1;
  }
  uint8_t mutex;
  return memory_.try_get(queue + layout_.lock, &mutex) && mutex <= 3;  // locked, has waiters
}

bool PendingCalls::locked() const {
  return std::ranges::any_of(interpreter_.pending_calls(memory_),
                             [&](uint64_t queue) { return locked(queue); });
}

bool PendingCalls::locked(uint64_t queue) const {
  if (!layout_.lock_is_semaphore) return memory_.get<uint8_t>(queue + layout_.lock) & 1;
  // An interpreter that is being made has no lock yet.
  const auto semaphore = memory_.get<uint64_t>(queue + layout_.lock);
  return semaphore != 0 && memory_.get<uint32_t>(semaphore) == 0;
}

bool PendingCalls::replace(uint64_t function, uint64_t harmless) {
  return std::ranges::any_of(interpreter_.pending_calls(memory_),
                             [&](uint64_t queue) { return replace(queue, function, harmless); });
}

bool PendingCalls::replace(uint64_t queue, uint64_t function, uint64_t harmless) {
  const auto last = memory_.get<int32_t>(queue + layout_.last);
  for (auto i = memory_.get<int32_t>(queue + layout_.first); i != last; i = (i + 1) % layout_.capacity) {
    if (i < 0 || i >= layout_.capacity) return false;
    const uint64_t call = queue + layout_.calls + i * uint64_t{layout_.call_size};
    if (memory_.get<uint64_t>(call) == function) {
      memory_.put(call, harmless);
      return true;
    }
  }
  return false;
}

}  // namespace heapdump
