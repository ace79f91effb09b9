// What the collector of the first interpreter is set to, and what it has come to.
#ifndef HEAPDUMP_WALK_COLLECTOR_H
#define HEAPDUMP_WALK_COLLECTOR_H

#include "walk/walker.h"

// Writes it to the metadata, if its structure is as expected.
void hd_write_collector(struct hd_walker* w, uint64_t interpreter);

#endif
