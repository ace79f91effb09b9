#pragma once
#include <cstdint>
#include <string>
#include <unordered_set>

#include "heap/awaits.h"
#include "heap/owners.h"

namespace heapdump {

// Who could end what a task waits for: the nearest holder of its future that is not the task's own and that a
// person can name. `timer`; `task 'reader'`; `asyncio.locks.Event sys.modules['app'].READY`, the type and the
// owner; `callback Loop._sock_recv` of a handle that waits for a socket or its turn.
class Setters {
 public:
  Setters(const HeapIndex& heap, const Categories& categories, Owners& owners)
      : heap_(heap), categories_(categories), owners_(owners) {}

  // Empty if none is known. Of a task of asyncio that awaits something, or one of trio.
  std::string of(uint32_t task, const AwaitChain& chain);

 private:
  enum class Role : uint8_t { kWaits, kHandsOn, kSets };
  Role role(uint32_t holder, uint64_t position) const;
  std::string name(uint32_t holder, uint32_t held);
  std::unordered_set<uint32_t> waiting(uint32_t task, const AwaitChain& chain) const;

  const HeapIndex& heap_;
  const Categories& categories_;
  Owners& owners_;
};

}  // namespace heapdump
