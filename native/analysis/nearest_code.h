#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// The nearest code on the paths of objects: what they are there to run (tasks, generators, what a timer or a
// listener calls), or the function that keeps them (in a closure, a default, its cache, a local variable). As
// `serve /srv/app.py:30`, where the line is that of a frame that runs, and else the function's first; empty
// if it is not the same for the greater part of them.
std::string nearest_code(const HeapIndex& heap, const std::vector<uint32_t>& objects);

}  // namespace heapdump
