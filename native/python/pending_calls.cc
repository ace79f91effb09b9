#include "python/pending_calls.h"

#include "support/error.h"

namespace heapdump {

PendingCalls::PendingCalls(const Memory& memory, const Interpreter& interpreter)
    : memory_(memory),
      layout_(interpreter.layout().pending_calls),
      queue_(interpreter.pending_calls(memory)) {
  if (!plausible()) {
    throw unknown_layout(interpreter.version(), "its queue of pending calls is elsewhere");
  }
}

bool PendingCalls::plausible() const {
  int32_t first;
  int32_t last;
  if (!memory_.try_get(queue_ + layout_.first, &first) || !memory_.try_get(queue_ + layout_.last, &last))
    return false;
  if (first < 0 || first >= layout_.capacity || last < 0 || last >= layout_.capacity) return false;
  if (layout_.lock_is_semaphore) {
    uint64_t semaphore;
    uint32_t value;
    return memory_.try_get(queue_ + layout_.lock, &semaphore) && memory_.try_get(semaphore, &value) &&
           value <= 1;
  }
  uint8_t mutex;
  return memory_.try_get(queue_ + layout_.lock, &mutex) && mutex <= 3;  // locked, has waiters
}

bool PendingCalls::locked() const {
  if (!layout_.lock_is_semaphore) return memory_.get<uint8_t>(queue_ + layout_.lock) & 1;
  return memory_.get<uint32_t>(memory_.get<uint64_t>(queue_ + layout_.lock)) == 0;
}

bool PendingCalls::replace(uint64_t function, uint64_t harmless) {
  const auto last = memory_.get<int32_t>(queue_ + layout_.last);
  for (auto i = memory_.get<int32_t>(queue_ + layout_.first); i != last; i = (i + 1) % layout_.capacity) {
    const uint64_t call = queue_ + layout_.calls + i * uint64_t{layout_.call_size};
    if (memory_.get<uint64_t>(call) == function) {
      memory_.put(call, harmless);
      return true;
    }
  }
  return false;
}

}  // namespace heapdump
