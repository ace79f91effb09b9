// From the bitmap to the objects: in the order of addresses, until nothing new is found.
#ifndef HEAPDUMP_WALK_SWEEP_H
#define HEAPDUMP_WALK_SWEEP_H

#include "walk/walker.h"

void hd_sweep(struct hd_walker* w, uint64_t unused);

#endif
