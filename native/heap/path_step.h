#pragma once
#include <cstdint>
#include <string>

#include "heap/avoid.h"
#include "heap/heap_index.h"

namespace heapdump {

// A reference by which a path goes on.
struct PathStep {
  uint32_t holder;
  uint64_t position;  // unless is_type
  bool is_type;       // the holder is an instance of what it holds
};

// The reference from one object to another that it holds, of several the one that says most, and none that is
// avoided. In the time of the shorter of the two lists.
PathStep step_between(const HeapIndex& heap, uint32_t holder, uint32_t held, const Avoid& avoid = {});

// hd_reference_kind.
uint8_t kind_of(const HeapIndex& heap, const PathStep& step);

// What stands behind the holder's name to reach what it holds: `['k']`, `[3]`, `.session`, `.f_locals['x']`.
// `?` stands for a name that the dump does not have, `{…}` for an element of a set. A name of more bytes than
// `longest` is cut.
std::string format_step(const HeapIndex& heap, const PathStep& step, size_t longest = 40);

// The same with a key, an index or an element left open: `[…]`.
std::string format_pattern(const HeapIndex& heap, const PathStep& step);

// Of a dict that `holder` holds the object whose attributes it has: `holder` where it holds it as `__dict__`,
// or the threading.local `above` that keeps them in `holder` for one thread. kNone where it is an ordinary
// dict, or no dict; `holder` and `above` may be kNone.
uint32_t namespace_holder(const HeapIndex& heap, uint32_t id, uint32_t holder, uint32_t above);
// The same where the object's path comes from.
uint32_t namespace_holder(const HeapIndex& heap, uint32_t id);

// What an entry of such a dict is.
struct Attribute {
  uint32_t whole;    // the object whose attribute it is
  std::string name;  // empty: it is none, or its key is no identifier
};
// Of the step from a dict, whose NamespaceHolder is `whole`.
Attribute attribute_of(const HeapIndex& heap, const PathStep& step, uint32_t whole);
inline Attribute attribute_of(const HeapIndex& heap, const PathStep& step) {
  return attribute_of(heap, step, namespace_holder(heap, step.holder));
}

}  // namespace heapdump
