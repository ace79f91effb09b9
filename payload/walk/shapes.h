// SHAPE and TYPE records: what the references of an object are called, by their positions.
#ifndef HEAPDUMP_WALK_SHAPES_H
#define HEAPDUMP_WALK_SHAPES_H

#include "walk/frames.h"
#include "walk/walker.h"

void hd_shapes_start(struct hd_walker* w);
// The shape of w->type. `plain`: without the names of attributes; of a type, without what heap types alone
// have.
uint32_t hd_shape(struct hd_walker* w, int plain);
// Of an object of w->type with locals behind its words.
uint32_t hd_code_shape(struct hd_walker* w, const struct hd_locals* locals);
// Of a dict of w->type, in front of whose entries stand `more` references that have no name.
uint32_t hd_dict_shape(struct hd_walker* w, uint64_t more);
// That shape's most.
enum { HD_MAX_MORE = 32 };
// Of a greenlet of w->type with the `count` references of w->stack behind its words.
uint32_t hd_stack_shape(struct hd_walker* w, int plain, uint64_t count);
// Of a dict of w->type whose values lie in the instance that it is the dict of, which reports them (3.13).
uint32_t hd_embedded_dict_shape(struct hd_walker* w);
// Of a dict of w->type that does not hold what is in it.
uint32_t hd_weak_dict_shape(struct hd_walker* w);

#endif
