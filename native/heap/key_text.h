#pragma once
#include <cstdint>

#include "heap/object_text.h"

namespace heapdump {

// A key or an element as object_text() has it and, if that is no more than a type, with what tells it from
// others of its type: what it runs, or its first attribute. `app.Counter name='requests'`, `functools.partial
// serve`.
ObjectText key_text(const HeapIndex& heap, uint32_t id);

}  // namespace heapdump
