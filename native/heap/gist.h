#pragma once
#include <cstdint>
#include <string>

#include "heap/heap_index.h"

namespace heapdump {

// In short what tells an object without content from others of its type: of a container its length and its
// first keys or items, `1,200 keys: 'a', 'b', 'c', …`; of an instance its first attributes that are numbers,
// texts and the like, `name='row-1', id=1`; of a task, a handle, a method and a partial what it runs,
// `job-1: worker app.py:12`. Empty for one with content, and if there is nothing to tell. In a
// time that does not depend on the object's size.
std::string gist(const HeapIndex& heap, uint32_t id);

// `name='Ada'`: of an instance the first attribute that tells it from others; empty if there is none.
std::string first_attribute(const HeapIndex& heap, uint32_t id);

}  // namespace heapdump
