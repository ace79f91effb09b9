#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "heap/heap_index.h"
#include "support/bits.h"

namespace heapdump {

// Whether it is a dump of python mode.
bool by_script(const HeapIndex& heap);

// What a snapshot (fork or stop mode) knows of a process and a dump of python mode does not: objects that the
// collector does not lead to, and values of attributes that lie in the object itself.
class ModeDifference {
 public:
  // Of the objects of `heap`, compared with another dump of the process.
  ModeDifference(const HeapIndex& heap, const HeapIndex& other);

  // Whether the dumps are of different modes.
  bool any() const { return any_; }
  // Whether the other dump cannot have an object, even if the process had it.
  bool omits(uint32_t id) const { return omitted_ && (*omitted_)[id]; }
  // Whether both modes measure an object alike.
  bool same_size(uint32_t id) const { return !any_ || same_size_[heap_.type(id)]; }
  // Bytes of an object as the other dump would say; of what a snapshot measures differently, what the other
  // says of the type on average.
  uint64_t size(uint32_t id) const {
    return same_size(id) ? heap_.size(id) : usual_size_[heap_.type(id)].value_or(heap_.size(id));
  }

 private:
  const HeapIndex& heap_;
  bool any_;
  std::optional<Bits> omitted_;
  std::vector<bool> same_size_;  // by row of types(), as the next
  std::vector<std::optional<uint64_t>> usual_size_;
};

}  // namespace heapdump
