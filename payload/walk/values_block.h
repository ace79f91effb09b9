// The block of attribute values that an instance of a Python class has apart from itself (CPython 3.11 and
// 3.12 Objects/dictobject.c, new_values). Plain C, for the walker and for the tool.
#ifndef HEAPDUMP_WALK_VALUES_BLOCK_H
#define HEAPDUMP_WALK_VALUES_BLOCK_H

#include <stdint.h>

// Its size in bytes. The byte before the values is the size of the prefix: two bytes more than there are
// values, rounded up to words. `room` is the number of values that the class gives to new instances, which
// shrinks with each of the first ones. An older instance may have more values; of those that its prefix
// allows, the fewest are counted. 0 if the prefix is impossible: the block is half-updated, or freed.
static inline uint64_t hd_values_block_size(uint8_t prefix, uint64_t room) {
  if (prefix < 8 || prefix % 8) return 0;
  const uint64_t fewest = prefix == 8 ? 1 : prefix - 9, most = prefix - 2;
  const uint64_t values = room < fewest ? fewest : room > most ? most : room;
  return prefix + 8 * values;
}

#endif
