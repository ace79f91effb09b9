// Numbers as Python's repr() writes them. Integer arithmetic only: no register of the floating-point unit is
// used.
#ifndef HEAPDUMP_WALK_NUMBERS_H
#define HEAPDUMP_WALK_NUMBERS_H

#include <stdint.h>

#include "walk/text.h"

// repr() of the float with these bits: the shortest decimal number that reads back as it.
void hd_put_float(struct hd_text* text, uint64_t bits);

// An int of `count` digits of 30 bits, lowest first: decimal up to 256 bits, beyond in hexadecimal, of which
// the first digits that fit are written.
void hd_put_integer(struct hd_text* text, const uint32_t* digits, uint64_t count, int negative);

#endif
