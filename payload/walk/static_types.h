#ifndef HEAPDUMP_WALK_STATIC_TYPES_H
#define HEAPDUMP_WALK_STATIC_TYPES_H

#include "walk/walker.h"

// What an interpreter keeps of a static builtin type; 0: it keeps nothing.
hd_address hd_static_type_state(struct hd_walker* w, hd_address interpreter, hd_address type);
// Where `type` keeps them itself, or the first interpreter does.
hd_address hd_type_subclasses(struct hd_walker* w, hd_address type);

#endif
