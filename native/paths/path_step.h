#pragma once
#include <cstdint>
#include <string>

#include "index/heap_index.h"
#include "paths/avoid.h"

namespace heapdump {

// A reference by which a path goes on.
struct PathStep {
  uint32_t holder;
  uint64_t position;  // unless is_type
  bool is_type;       // the holder is an instance of what it holds
};

// The reference from one object to another that it holds, of several the one that says most, and none that is
// avoided. In the time of the shorter of the two lists.
PathStep StepBetween(const HeapIndex& heap, uint32_t holder, uint32_t held, const Avoid& avoid = {});

// hd_reference_kind.
uint8_t KindOf(const HeapIndex& heap, const PathStep& step);

// What stands behind the holder's name to reach what it holds: `['k']`, `[3]`, `.session`, `.f_locals['x']`.
// `?` stands for a name that the dump does not have, `{…}` for an element of a set.
std::string Spelled(const HeapIndex& heap, const PathStep& step);

// The same with a key, an index or an element left open: `[…]`.
std::string Generalised(const HeapIndex& heap, const PathStep& step);

// The name that a dict's entry has as an attribute: its key without quotes where that is an identifier. Empty
// where it is none.
std::string AttributeName(const HeapIndex& heap, const PathStep& step);

// Of a dict on a path the object whose attributes it has: the holder of its `__dict__`, or the
// threading.local that keeps them for one thread. kNone where it is an ordinary dict, or no dict.
uint32_t NamespaceHolder(const HeapIndex& heap, uint32_t id);

}  // namespace heapdump
