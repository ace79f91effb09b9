// Where the walk begins, and what the dump names as roots.
#ifndef HEAPDUMP_WALK_ROOTS_H
#define HEAPDUMP_WALK_ROOTS_H

#include "walk/walker.h"

// Marks and names everything that an interpreter holds, of all of them.
void hd_find_roots(struct hd_walker* w);
void hd_write_root(struct hd_walker* w, hd_address object, uint32_t kind, const char* name);
// Of a type that C code defines; of None, True, False, Ellipsis.
void hd_write_static_root(struct hd_walker* w, hd_address type);
void hd_write_singleton_root(struct hd_walker* w, hd_address object);

#endif
