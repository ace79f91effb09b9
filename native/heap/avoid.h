#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// What paths do not go through.
struct Avoid {
  std::vector<uint32_t> objects;    // ids
  std::vector<uint32_t> types;      // rows of types(): all instances
  std::vector<std::string> labels;  // of references: a name, or a key of a dict without its quotes

  bool empty() const { return objects.empty() && types.empty() && labels.empty(); }
  // Whether the object is one of them, or of one of the types.
  bool covers(const HeapIndex& heap, uint32_t id) const;
  bool covers_label(const HeapIndex& heap, uint32_t holder, uint64_t position) const;
};

}  // namespace heapdump
