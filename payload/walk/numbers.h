// Addresses that were met, each with a number.
#ifndef HEAPDUMP_WALK_NUMBERS_H
#define HEAPDUMP_WALK_NUMBERS_H

#include "walk/heap.h"

struct hd_walker;

enum {
  HD_MIN_NUMBERED = 1 << 12,
  // More addresses than this leaves room for have no number: their memory is bounded.
  HD_MAX_NUMBERED = 1 << 20,
  HD_NO_NUMBER = -1,
};

// Numbers for addresses, in the order in which they come.
struct hd_numbers {
  struct hd_number {
    hd_address address;
    uint32_t number;
  }* slots;
  uint32_t capacity, count;
};

// Before one is added: 0 if there is no room for more.
int hd_make_room(struct hd_walker* w, struct hd_numbers* numbers);
// HD_NO_NUMBER if it has none.
int64_t hd_number_of(const struct hd_numbers* numbers, hd_address address);
uint32_t hd_add_number(struct hd_numbers* numbers, hd_address address);

#endif
