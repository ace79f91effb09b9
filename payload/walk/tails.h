// What containers hold, read in blocks.
#ifndef HEAPDUMP_WALK_TAILS_H
#define HEAPDUMP_WALK_TAILS_H

#include "walk/walker.h"

// Opens w->tail for an object of w->type. HD_TAIL_NONE if it holds nothing.
void hd_open_tail(struct hd_walker* w, hd_address object);
// Writes the next references to `out`, `room` at most (3 at least); 0 at the end.
uint64_t hd_read_tail(struct hd_tail* tail, uint64_t* out, uint64_t room);

#endif
