// Where objects were allocated, as far as tracemalloc has traced it.
#ifndef HEAPDUMP_WALK_TRACES_H
#define HEAPDUMP_WALK_TRACES_H

#include "walk/heap.h"

struct hd_walker;

enum {
  HD_MIN_NUMBERED = 1 << 12,
  // More sources and stacks than this leaves room for have no number: their memory is bounded.
  HD_MAX_NUMBERED = 1 << 20,
  HD_ALLOCATIONS = 512,
};

// Numbers for addresses, in the order in which they come.
struct hd_numbers {
  struct hd_number {
    hd_address address;
    uint32_t number;
  }* slots;
  uint32_t capacity, count;
};

struct hd_traces {
  struct hd_numbers sources;  // by the str of a file's name
  struct hd_numbers sites;    // by the traceback
  uint64_t bucket;            // the next one to read
  uint64_t read;              // entries
  uint64_t unread;
  // What its tables take, if that can be told.
  uint64_t bytes;
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
