// Where objects were allocated, as far as tracemalloc has traced it.
#ifndef HEAPDUMP_WALK_TRACES_H
#define HEAPDUMP_WALK_TRACES_H

#include "walk/numbers.h"

enum { HD_ALLOCATIONS = 512 };

struct hd_traces {
  struct hd_numbers sources;  // by the str of a file's name
  struct hd_numbers sites;    // by the traceback
  uint64_t bucket;            // the next one to read
  uint64_t read;              // entries
  uint64_t unread;
  // What its tables take of malloc's memory.
  uint64_t bytes, chunks;
  // Of the record that is being gathered.
  struct {
    hd_address object;
    uint32_t site;
  } allocations[HD_ALLOCATIONS];
  uint32_t allocation_count;
};

// The lines of a code object: a FUNCTION.
void hd_write_function(struct hd_walker* w, hd_address code);
// When all objects were walked: the sites, and which object is of which.
void hd_write_traces(struct hd_walker* w);

#endif
