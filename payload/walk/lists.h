// The collector's lists. An object leads to its neighbours, so that only their ends are needed to find what
// is in them; the young ones and the permanent one are followed to know the generations.
//
// Whether all that they hold was walked, the walk finds out by a sum over those it has walked: each member
// adds itself, and takes off the one that it leads to. In circles that were walked whole nothing remains.
#ifndef HEAPDUMP_WALK_LISTS_H
#define HEAPDUMP_WALK_LISTS_H

#include "walk/walker.h"

// The heads of the lists of an interpreter and of those after it are not objects.
void hd_exclude_list_heads(struct hd_walker* w, uint64_t interpreter);
void hd_mark_lists(struct hd_walker* w, uint64_t interpreter);
// What a header or a list's head links to at `at`, without the collector's flags.
static inline hd_address hd_link_at(hd_address at) { return hd_word(at) & ~(uint64_t)3; }
// A member of a list, and the one that it leads to.
void hd_count_link(struct hd_walker* w, hd_address member, hd_address next);
// A list whose head lies on a stack, found by its last member.
void hd_count_stack_list(struct hd_walker* w, hd_address head);
// Follows each list by its links, and marks what is in it, whatever is known of its objects.
void hd_follow_lists(struct hd_walker* w, uint64_t unused);
// Counts the objects in lists that were not walked, though they were marked.
void hd_check_lists(struct hd_walker* w, uint64_t unused);
// While a collection runs, list heads lie on its thread's stack.
int hd_on_stack(struct hd_walker* w, hd_address address);

#endif
