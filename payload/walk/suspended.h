// Where a generator, a coroutine or an asynchronous generator waits that does not run.
#ifndef HEAPDUMP_WALK_SUSPENDED_H
#define HEAPDUMP_WALK_SUSPENDED_H

#include "walk/walker.h"

struct hd_suspension {
  int is_known;  // else it runs, has ended, or cannot be read
  int has_begun;
  int32_t line;        // where it goes on; 0: not known
  hd_address awaited;  // what its `await` or `yield from` waits for: the last value of its stack; 0: nothing
};

struct hd_suspension hd_suspension_of(struct hd_walker* w, hd_address generator);
// Many are one record: they are written when there are so many, and by the other at the end.
void hd_note_suspension(struct hd_walker* w, hd_address generator, const struct hd_suspension* suspension);
void hd_write_suspensions(struct hd_walker* w, uint64_t unused);

#endif
