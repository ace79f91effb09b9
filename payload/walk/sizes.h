// Shallow sizes: what sys.getsizeof() says, computed without running the object's __sizeof__.
#ifndef HEAPDUMP_WALK_SIZES_H
#define HEAPDUMP_WALK_SIZES_H

#include "walk/walker.h"

uint64_t hd_computed_size(struct hd_walker* w, const struct hd_type_info* type, hd_address object);
// Of a PyDictKeysObject, its own memory.
uint64_t hd_keys_size(const struct hd_layout* layout, hd_address keys);
// Values that an instance has room for, if they lie in it.
uint64_t hd_inline_values_size(const struct hd_layout* layout, hd_address keys);
int hd_calls_is_gc(struct hd_walker* w, const struct hd_type_info* type, hd_address object);

// Whether a collector's header stands before an object.
static inline int hd_has_header(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  return type->collected == 2 ? hd_calls_is_gc(w, type, object) : type->collected;
}

static inline uint64_t hd_size_of(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  return type->size_rule == HD_SIZE_FIXED ? type->fixed_size : hd_computed_size(w, type, object);
}

#endif
