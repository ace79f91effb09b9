// What has to be known before the first object is read.
#ifndef HEAPDUMP_WALK_START_H
#define HEAPDUMP_WALK_START_H

#include "walk/walker.h"

// `w` is zeroed but for `walk`.
void hd_start(struct hd_walker* w, uint64_t unused);

#endif
