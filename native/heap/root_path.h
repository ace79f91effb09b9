#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "heap/heap_index.h"
#include "heap/path_step.h"

namespace heapdump {

// The row of roots() that a path from an object begins with: of several the one that says most; nullptr if
// it has none, as an immortal object.
const RootRow* root_of(const HeapIndex& heap, uint32_t id);

// hd_root_kind of that row; 0 of an immortal object.
uint32_t root_kind(const HeapIndex& heap, uint32_t id);

// What a path begins with: `sys.modules['app']`, `<frame serve>.f_locals['x']`, `<held by C>`, …; `<unknown
// holder>` of what has more references than were found, if the dump's counts are not exact.
std::string format_root(const HeapIndex& heap, uint32_t id);
std::string format_root(const HeapIndex& heap, const RootRow& root);
// The same for what the state of any thread refers to: `<thread context>`.
std::string format_root_pattern(const HeapIndex& heap, uint32_t id);

// The ids from the root to an object that is alive, both among them; empty for garbage.
std::vector<uint32_t> path_ids(const HeapIndex& heap, uint32_t id);

// Each of these ids' part of the path, the root's first; the parts together are the path. A `__dict__` on the
// way has no part of its own: it is in that of its entry.
std::vector<std::string> format_parts(const HeapIndex& heap, const std::vector<uint32_t>& ids,
                                      const Avoid& avoid = {});

// The parts as one text, repetitions counted: `sys.modules['app'].head(.next × 999)`. Of hundreds the middle
// is left out.
std::string joined_path(const std::vector<std::string>& parts);

// The path to an object; empty for garbage.
std::string format_path(const HeapIndex& heap, uint32_t id);

}  // namespace heapdump
