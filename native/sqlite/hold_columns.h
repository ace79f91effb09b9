#pragma once
#include "heap/holders.h"
#include "heap/kind_names.h"
#include "sqlite/reference_walk.h"
#include "sqlite/table.h"

namespace heapdump {

// The columns of holders(id) and holds(id), after `id`.
inline constexpr Column kHoldColumns[] = {
    {"kind", kText,
     "as reference.kind, never type or weak; attribute for an entry of a __dict__ or of a thread-local whose "
     "key is a name",
     [](OpenHeap& heap, const Hold& hold) { return reference_kind_name(kind_of(heap, hold)); }},
    {"label", kText, "as reference.label; of an attribute its name",
     [](OpenHeap& heap, const Hold& hold) { return label_of(heap, hold); }},
    {"part", kText, "as reference.part: what it adds to the path of the holder",
     [](OpenHeap& heap, const Hold& hold) { return format_hold(heap, hold); }},
    {"object", kInteger, "argument: object.id", Argument::kNeeded},
};

inline Estimate estimate_holds(const HeapIndex* heap) {
  const double rows = static_cast<double>(heap->references()) / (1.0 + heap->objects());
  return {2 * rows + 4, rows};
}

}  // namespace heapdump
