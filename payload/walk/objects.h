// One object: what it refers to, gathered and written.
#ifndef HEAPDUMP_WALK_OBJECTS_H
#define HEAPDUMP_WALK_OBJECTS_H

#include "walk/walker.h"

void hd_walk_object(struct hd_walker* w, hd_address object);

#endif
