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

// What stands behind an expression for the holder to reach what it holds. It is Python only if Python gives
// that very object for it: `.session`, `['k']`, `[3]`, `.cell_contents`. All else has `<…>` in it, or `?`,
// which no Python has:
// `<element 'x'>`, `<field it_seq>`, `[<app.Key>]`. docs/paths.md lists the forms.
std::string format_step(const HeapIndex& heap, const PathStep& step);

// The same with a key, an index or an element left open: `[*]`.
std::string format_pattern(const HeapIndex& heap, const PathStep& step);

// A local variable as a frame has it, also if the holder is a generator whose frame stands in itself:
// `.f_locals['x']`.
std::string format_local(const HeapIndex& heap, const PathStep& step);

// Of a dict that `holder` holds the object whose attributes it has: `holder` if it holds it as `__dict__`, or
// the threading.local `above` that keeps them in `holder` for one thread. kNone for an ordinary dict, or no
// dict; `holder` and `above` may be kNone.
uint32_t namespace_holder(const HeapIndex& heap, uint32_t id, uint32_t holder, uint32_t above);
// The same where the object's path comes from.
uint32_t namespace_holder(const HeapIndex& heap, uint32_t id);

// The name, if the step from a dict that has the attributes of an object leads to an attribute; else empty.
std::string attribute_name(const HeapIndex& heap, const PathStep& step);

// What a step adds to the path of `whole`, the namespace_holder of the step's holder: `.name`, `.__dict__['a
// b']`. The step alone if that is kNone.
std::string format_step(const HeapIndex& heap, const PathStep& step, uint32_t whole);
std::string format_pattern(const HeapIndex& heap, const PathStep& step, uint32_t whole);

}  // namespace heapdump
