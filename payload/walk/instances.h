// Where instances of Python classes keep their attributes.
#ifndef HEAPDUMP_WALK_INSTANCES_H
#define HEAPDUMP_WALK_INSTANCES_H

#include "walk/walker.h"

struct hd_instance {
  hd_address dict;    // 0: none was made
  hd_address values;  // 0: none apart from a dict's
  uint64_t value_count;
};

struct hd_instance hd_read_instance(struct hd_walker* w, const struct hd_type_info* type, hd_address object);

#endif
