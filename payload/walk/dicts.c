#include "walk/dicts.h"

#include "walk/contents.h"
#include "walk/instances.h"

struct hd_dict_keys hd_read_keys(const struct hd_layout* layout, hd_address keys) {
  struct hd_dict_keys read;
  if (layout->keys_size == HD_ABSENT) {
    read.capacity = (uint64_t)1 << (hd_byte(keys + layout->keys_log2_size) & 63);
    read.index_bytes = (uint64_t)1 << (hd_byte(keys + layout->keys_log2_index_bytes) & 63);
    read.entry_size = hd_byte(keys + layout->keys_kind) == 0 ? 24 : 16;
  } else {
    read.capacity = hd_word(keys + layout->keys_size);
    const uint64_t width = read.capacity <= 0xff     ? 1
                           : read.capacity <= 0xffff ? 2
                           : read.capacity >> 32     ? 8
                                                     : 4;
    read.index_bytes = read.capacity * width;
    read.entry_size = 24;
  }
  read.entries = keys + layout->keys_indices + read.index_bytes;
  read.count = hd_word(keys + layout->keys_entries);
  if (read.count > read.capacity) read.count = 0;  // half-updated
  return read;
}

hd_address hd_key(const struct hd_dict_keys* keys, uint64_t i) {
  return i < keys->count ? hd_word(keys->entries + keys->entry_size * i + keys->entry_size - 16) : 0;
}

void hd_open_dict(struct hd_walker* w, hd_address dict, uint32_t width) {
  const struct hd_layout* const layout = w->layout;
  struct hd_tail* const tail = &w->tail;
  tail->form = HD_TAIL_NONE;
  const hd_address keys_at = hd_word(dict + layout->dict_keys);
  if (!keys_at) return;
  const struct hd_dict_keys keys = hd_read_keys(layout, keys_at);
  const hd_address values = hd_word(dict + layout->dict_values);
  tail->form = HD_TAIL_ENTRIES;
  tail->at = keys.entries;
  tail->values = values ? values + layout->values_values : 0;
  tail->count = keys.count;
  tail->position = 0;
  tail->stride = keys.entry_size;
  tail->key = keys.entry_size - 16;
  tail->value = keys.entry_size - 8;
  tail->width = width;
}

int hd_is_a(struct hd_walker* w, hd_address object, uint64_t flag) {
  if (!hd_is_address(object)) return 0;
  const hd_address type = hd_type_of(object);
  return hd_is_address(type) && (hd_word(type + w->layout->type_flags) & flag) != 0;
}

typedef int (*key_test)(struct hd_walker*, hd_address key, uint64_t wanted);

static hd_address find(struct hd_walker* w, hd_address dict, key_test test, uint64_t wanted) {
  if (!hd_is_a(w, dict, HD_DICT_SUBCLASS)) return 0;
  const hd_address keys_at = hd_word(dict + w->layout->dict_keys);
  if (!keys_at) return 0;
  const struct hd_dict_keys keys = hd_read_keys(w->layout, keys_at);
  const hd_address values = hd_word(dict + w->layout->dict_values);
  for (uint64_t i = 0; i < keys.count; i++) {
    const hd_address key = hd_key(&keys, i);
    if (!key || !test(w, key, wanted)) continue;
    const hd_address value = values ? hd_word(values + w->layout->values_values + 8 * i)
                                    : hd_word(keys.entries + keys.entry_size * i + keys.entry_size - 8);
    if (value) return hd_is_address(value) ? value : 0;
  }
  return 0;
}

static int is_name(struct hd_walker* w, hd_address key, uint64_t wanted) {
  return hd_str_is(w, key, (const char*)wanted);
}

static int is_integer(struct hd_walker* w, hd_address key, uint64_t wanted) {
  uint64_t value;
  return hd_int_value(w, key, &value) && value == wanted;
}

hd_address hd_dict_get(struct hd_walker* w, hd_address dict, const char* name) {
  return find(w, dict, is_name, (uint64_t)name);
}

hd_address hd_dict_get_integer(struct hd_walker* w, hd_address dict, uint64_t key) {
  return find(w, dict, is_integer, key);
}

hd_address hd_attribute(struct hd_walker* w, hd_address object, const char* name) {
  if (!hd_is_address(object)) return 0;
  const struct hd_type_info* const type = hd_type_info_for(w, hd_type_of(object));
  if (type->form == HD_FORM_INVALID) return 0;
  const struct hd_instance instance = hd_read_instance(w, type, object);
  if (instance.dict) {
    const hd_address found = hd_dict_get(w, instance.dict, name);
    if (found) return found;
  }
  if (!instance.values) return 0;
  const struct hd_dict_keys keys = hd_read_keys(w->layout, type->keys);
  for (uint64_t i = 0; i < instance.value_count; i++) {
    if (hd_str_is(w, hd_key(&keys, i), name)) return hd_word(instance.values + 8 * i);
  }
  return 0;
}
