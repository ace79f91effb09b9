// Threads, and the frames that they run.
#ifndef HEAPDUMP_WALK_THREADS_H
#define HEAPDUMP_WALK_THREADS_H

#include "walk/walker.h"

// What a PyThreadState holds: the thread, its frames, its locals.
void hd_write_thread(struct hd_walker* w, uint64_t thread);

#endif
