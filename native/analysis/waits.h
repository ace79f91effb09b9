#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "heap/awaits.h"

namespace heapdump {

// Where a task, a coroutine, a generator or an asynchronous generator waits: in its innermost frame that is
// suspended.
struct Wait {
  std::string function;   // its qualified name
  std::string file;       // empty if the dump does not have all of it
  uint32_t line = 0;      // 0: not known
  std::string waits_for;  // `Future, pending`, `Task 'worker-1', pending`; empty: nothing that it awaits
};

enum class TaskState : uint8_t { kPending, kRunning, kDone, kFailed, kCancelled, kUnknown };

// Of one heap; for many questions.
class Waits {
 public:
  explicit Waits(const HeapIndex& heap) : heap_(heap), categories_(heap) {}

  // None if it does not wait: it runs, has ended, or is no such object.
  std::optional<Wait> of(uint32_t id) const;
  // The same if the chain is known already.
  std::optional<Wait> of(const AwaitChain& chain) const;

  AwaitChain chain(uint32_t id) const;
  TaskState state(uint32_t task) const;
  const Categories& categories() const { return categories_; }

 private:
  std::string waits_for(const AwaitChain& chain) const;
  // As far as it can be told of a future that something waits for.
  const char* future_state(uint32_t future) const;
  bool has_callbacks(uint32_t future) const;
  bool runs(uint32_t coroutine) const;

  const HeapIndex& heap_;
  const Categories categories_;
};

}  // namespace heapdump
