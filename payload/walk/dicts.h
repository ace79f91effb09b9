// Dicts and their keys.
#ifndef HEAPDUMP_WALK_DICTS_H
#define HEAPDUMP_WALK_DICTS_H

#include "walk/walker.h"

struct hd_dict_keys {
  hd_address entries;
  uint64_t index_bytes;
  uint64_t capacity;    // dk_size
  uint64_t count;       // of entries that were used
  uint32_t entry_size;  // 24: hash, key, value; 16: key, value
};

struct hd_dict_keys hd_read_keys(const struct hd_layout* layout, hd_address keys);
// The entries of a dict, for hd_read_tail.
void hd_open_dict(struct hd_walker* w, hd_address dict, uint32_t width);
// The value at the key `name`; 0 if there is none, or `dict` is not a dict.
hd_address hd_dict_get(struct hd_walker* w, hd_address dict, const char* name);
// The value at an int key.
hd_address hd_dict_get_integer(struct hd_walker* w, hd_address dict, uint64_t key);
// The attribute `name` that stands in an object itself.
hd_address hd_attribute(struct hd_walker* w, hd_address object, const char* name);
// The i-th key; 0 if there is none.
hd_address hd_key(const struct hd_dict_keys* keys, uint64_t i);
// Whether its values lie in the instance that it is the dict of (3.13).
static inline int hd_has_embedded_values(const struct hd_layout* layout, hd_address dict) {
  if (layout->values_embedded == HD_ABSENT) return 0;
  const hd_address values = hd_word(dict + layout->dict_values);
  return values && hd_byte(values + layout->values_embedded);
}
int hd_is_a(struct hd_walker* w, hd_address object, uint64_t flag);

#endif
