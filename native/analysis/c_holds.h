#pragma once
#include <cstdint>
#include <vector>

#include "analysis/type_roles.h"
#include "heap/heap_index.h"

namespace heapdump {

// An object with more references than were found (root.kind c).
struct CHold {
  enum class Kind : uint8_t {
    kAlone,    // nothing else keeps it alive
    kShared,   // something of the dump does, too: a name that C code has as a constant, for example
    kLibrary,  // code of Python or of an installed library, or a tuple, list or dict of such alone
  };
  uint32_t object;
  uint64_t references;  // from outside the dump
  Kind kind;
};

// All of them, by object.
std::vector<CHold> c_holds(const HeapIndex& heap, const TypeRoles& roles);

}  // namespace heapdump
