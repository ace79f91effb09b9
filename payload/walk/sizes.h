// Shallow sizes: what sys.getsizeof() says, computed without running the object's __sizeof__, and the block
// of attribute values that it leaves out.
#ifndef HEAPDUMP_WALK_SIZES_H
#define HEAPDUMP_WALK_SIZES_H

#include "walk/walker.h"

uint64_t hd_computed_size(struct hd_walker* w, const struct hd_type_info* type, hd_address object);
// Of a PyDictKeysObject, its own memory.
uint64_t hd_keys_size(const struct hd_layout* layout, hd_address keys);
// Of the attribute values of an instance: in the object (3.13), or in a block apart from it that no dict has
// taken over (3.11, 3.12).
uint64_t hd_inline_values_size(const struct hd_type_info* type);
uint64_t hd_values_apart_size(struct hd_walker* w, const struct hd_type_info* type, hd_address object);
int hd_calls_is_gc(struct hd_walker* w, const struct hd_type_info* type, hd_address object);

// Whether a collector's header stands before an object.
static inline int hd_has_header(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  return type->collected == 2 ? hd_calls_is_gc(w, type, object) : type->collected;
}

static inline uint64_t hd_size_of(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  const uint64_t size =
      type->size_rule == HD_SIZE_FIXED ? type->fixed_size : hd_computed_size(w, type, object);
  const int apart = type->attributes == HD_ATTRIBUTES_POINTERS || type->attributes == HD_ATTRIBUTES_TAGGED;
  return apart ? size + hd_values_apart_size(w, type, object) : size;
}

#endif
