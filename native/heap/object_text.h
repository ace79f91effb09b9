#pragma once
#include <cstdint>
#include <string>

#include "heap/heap_index.h"

namespace heapdump {

// How an object is written as a key or an element.
struct ObjectText {
  std::string text;
  bool is_python;  // the text is a Python expression that is equal to the object
};

// A literal, also of a tuple of such; else what is known of the object: `'a long beginn…'`, `class app.User`,
// `function serve`, `app.Key`.
ObjectText object_text(const HeapIndex& heap, uint32_t id);

}  // namespace heapdump
