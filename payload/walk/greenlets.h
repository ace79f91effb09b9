// Suspended greenlets: each is a stack of frames that no thread runs.
//
// greenlet 1 has the innermost frame in its object, greenlet 2 and 3 in a C++ object that it points to. At
// which place differs between versions of both greenlet and Python: it is looked for once, in the first
// greenlet that has one.
#ifndef HEAPDUMP_WALK_GREENLETS_H
#define HEAPDUMP_WALK_GREENLETS_H

#include "walk/walker.h"

// tp_basicsize of greenlet.greenlet if a type is that or derives from it; else 0.
uint32_t hd_greenlet_size(struct hd_walker* w, hd_address type);
// The innermost frame of a thread: a greenlet that is just being switched to or from may still have it, too.
void hd_note_running(struct hd_walker* w, hd_address frame);

// Reads the stack of a greenlet of w->type into w->stack. It is empty if the greenlet is not suspended.
void hd_read_stack(struct hd_walker* w, hd_address greenlet);
// The frames of w->stack, and what those without an object hold themselves: writes the references to `out`
// unless that is null, and returns how many there are.
uint64_t hd_stack_references(struct hd_walker* w, uint64_t* out);
// Their kinds and labels, for a shape.
void hd_put_stack_names(struct hd_walker* w, struct hd_text* out);
// Alike for stacks whose references have the same names; nothing else has it as an address.
uint64_t hd_stack_key(struct hd_walker* w);
// Writes a GREENLET_FRAME record for each frame, and the root.
void hd_write_stack(struct hd_walker* w, hd_address greenlet);

#endif
