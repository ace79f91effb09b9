#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// What differs of what stands at one address in two dumps of a process.
struct ObjectChange {
  enum class Kind {
    kObject,     // another object has the address, or its class was assigned
    kContent,    // its own value
    kLine,       // where a generator or a coroutine waits
    kReference,  // to another object than before, or at the same address to one of another type or content
    kUnknown,    // this was not compared, since one of the two dumps does not have it
  };
  Kind kind;
  // `.name`, `['key']`, `[3]`, `<element 'x'>`; of kLine what it was and is, in words; of kUnknown a field,
  // `content`, `line` or `entries`.
  std::string part;
  // What it refers to, in each dump; kNone if it has none there, or it is no reference.
  uint32_t was = kNone;
  uint32_t now = kNone;
};

// Through the dict of its attributes, too. References without a name are not compared, and neither are sizes
// and reference counts. `is_whole`: whether the other dump has all references of the object, or those alone
// that can be told without calling its type's tp_traverse.
std::vector<ObjectChange> object_changes(const HeapIndex& old, uint32_t before, const HeapIndex& now,
                                         uint32_t after, bool is_whole);

}  // namespace heapdump
