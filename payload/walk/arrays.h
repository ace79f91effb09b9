// numpy.ndarray, which is not the collector's: PyArrayObject_fields of numpy's C API, the same in numpy 1
// and 2.
#ifndef HEAPDUMP_WALK_ARRAYS_H
#define HEAPDUMP_WALK_ARRAYS_H

#include "walk/walker.h"

// The memory that an array owns besides its own: dimensions, strides, data.
uint64_t hd_array_size(hd_address array);
// Whether it is of numpy's strings, of which the longer ones are in memory of their own.
int hd_holds_texts(hd_address array);
// Data type, dimensions, and of a view how much of its base it shows: `float64 (10, 3), 240 of 8000 bytes`.
void hd_put_array(struct hd_walker* w, struct hd_text* text, hd_address array);
// Its elements, if they are objects of its own, for hd_read_tail.
void hd_open_array(struct hd_walker* w, hd_address array);
enum { HD_ARRAY_BASE = 48, HD_ARRAY_DTYPE = 56 };

#endif
