#pragma once
#include <memory>

#include "analysis/collection.h"
#include "sqlite/table.h"

namespace heapdump {

// The argument of the functions that replay a collection.
inline constexpr Column kGenerationColumn = {
    "generation", kInteger,
    "argument, optional: 0, 1 or 2: of this generation and all younger ones; 2, all, if it is not given. On "
    "CPython 3.14, which collects generation 1 in parts, 0 or 2",
    Argument::kOptional};

inline const Collection& collection_of(OpenHeap& heap, const Arguments& arguments) {
  return heap.collection(static_cast<int>(arguments.integer(0, Collection::kOldest)));
}

}  // namespace heapdump
