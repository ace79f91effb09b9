// The collector's lists. Only their ends are needed to find what is in them; the young ones and the permanent
// one are followed to know the generations.
#ifndef HEAPDUMP_WALK_LISTS_H
#define HEAPDUMP_WALK_LISTS_H

#include "walk/walker.h"

// The heads of the lists of an interpreter and of those after it are not objects.
void hd_exclude_list_heads(struct hd_walker* w, uint64_t interpreter);
void hd_mark_lists(struct hd_walker* w, uint64_t interpreter);
// While a collection runs, list heads lie on its thread's stack.
int hd_on_stack(struct hd_walker* w, hd_address address);

#endif
