// Static variables of C code that hold objects. What a library's data means is not known: that a word of it
// is an object's address is written down, and counts only if the object has references that nothing else
// explains.
#ifndef HEAPDUMP_WALK_IMAGE_DATA_H
#define HEAPDUMP_WALK_IMAGE_DATA_H

#include "walk/walker.h"

// Both after a sweep: which addresses are objects is known then. The first one marks containers that nothing
// else leads to, for another sweep.
void hd_find_in_image_data(struct hd_walker* w);
void hd_write_image_data(struct hd_walker* w);

#endif
