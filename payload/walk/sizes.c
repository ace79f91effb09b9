#include "walk/sizes.h"

#include "walk/arrays.h"
#include "walk/dicts.h"
#include "walk/fields.h"
#include "walk/frames.h"
#include "walk/instances.h"
#include "walk/owned.h"
#include "walk/values_block.h"

int hd_calls_is_gc(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  // type_is_gc: types that C code defines have none.
  if (type->form == HD_FORM_TYPE) return (hd_word(object + w->layout->type_flags) & HD_HEAP_TYPE) != 0;
  if (!HD_IS_COPY) return 1;  // as nearly all of them are
  const uint32_t before = hd_set_phase(w, HD_WALK_FOREIGN);
  const int has = ((int (*)(hd_address))type->is_gc)(object) != 0;
  hd_set_phase(w, before);
  return has;
}

static uint64_t absolute(int64_t value) { return value < 0 ? -(uint64_t)value : (uint64_t)value; }

uint64_t hd_keys_size(const struct hd_layout* layout, hd_address keys) {
  const struct hd_dict_keys read = hd_read_keys(layout, keys);
  return layout->keys_indices + read.index_bytes + read.capacity * 2 / 3 * read.entry_size;
}

uint64_t hd_inline_values_size(const struct hd_type_info* type) {
  if (!type->keys) return 0;
  return ((type->value_room + 7) & ~(uint64_t)7) + 8 * (type->value_room + 1);
}

uint64_t hd_values_apart_size(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  const hd_address values = hd_read_instance(w, type, object).values;
  return values ? hd_values_block_size(hd_byte(values - w->layout->values_values - 1), type->value_room) : 0;
}

static uint64_t dict_size(const struct hd_layout* layout, hd_address dict) {
  const hd_address keys = hd_word(dict + layout->dict_keys);
  uint64_t size = 0;
  if (hd_word(dict + layout->dict_values)) {
    const uint64_t room = layout->keys_size == HD_ABSENT
                              ? hd_word(keys + layout->keys_usable) + hd_word(keys + layout->keys_entries)
                              : hd_word(keys + layout->keys_size) * 2 / 3;
    size += 8 * room;
  }
  if (hd_word(keys + layout->keys_refcount) == 1) size += hd_keys_size(layout, keys);
  return size;
}

static uint64_t str_size(const struct hd_layout* layout, hd_address text) {
  const uint32_t state = hd_half(text + layout->str_state);
  const uint64_t length = hd_word(text + layout->str_length);
  const uint32_t width = state >> layout->str_kind_shift & 7;
  const int compact = state >> layout->str_compact_shift & 1;
  const int ascii = state >> layout->str_ascii_shift & 1;
  uint64_t size;
  hd_address data;
  if (compact && ascii) {
    size = layout->str_ascii_size + length + 1;
    data = text + layout->str_ascii_size;
  } else if (compact) {
    size = layout->str_compact_size + (length + 1) * width;
    data = text + layout->str_compact_size;
  } else {
    size = layout->str_size;
    data = hd_word(text + layout->str_data);
    if (data) size += (length + 1) * width;
  }
  if (!(compact && ascii)) {
    const hd_address utf8 = hd_word(text + layout->str_utf8);
    if (utf8 && utf8 != data) size += hd_word(text + layout->str_utf8_length) + 1;
  }
  if (layout->str_wide != HD_ABSENT) {
    const hd_address wide = hd_word(text + layout->str_wide);
    if (wide && wide != data) {
      size += 4 * ((compact && ascii ? length : hd_word(text + layout->str_wide_length)) + 1);
    }
  }
  return size;
}

static uint64_t int_size(const struct hd_layout* layout, hd_address number) {
  uint64_t digits = layout->int_tag == HD_ABSENT ? absolute((int64_t)hd_size_field(number))
                                                 : hd_word(number + layout->int_tag) >> 3;
  if (digits < layout->int_min_digits) digits = layout->int_min_digits;
  return layout->int_digits + 4 * digits;
}

static uint64_t type_size(const struct hd_layout* layout, hd_address type) {
  if (!(hd_word(type + layout->type_flags) & HD_HEAP_TYPE)) return layout->type_size;
  const hd_address keys = hd_word(type + layout->heap_type_cached_keys);
  return layout->heap_type_size + (keys ? hd_keys_size(layout, keys) : 0);
}

static uint64_t code_size(const struct hd_layout* layout, const struct hd_type_info* type, hd_address code) {
  // _PyObject_VAR_SIZE rounds up; to 3.10 it has no items.
  uint64_t size =
      type->basic_size + (type->item_size ? (type->item_size * hd_size_field(code) + 7) & ~(uint64_t)7 : 0);
  const hd_address extra = hd_word(code + layout->code_extra);
  if (extra) size += 8 + 8 * hd_word(extra);
  return size;
}

static uint64_t object_size(const struct hd_type_info* type, hd_address object) {
  return type->basic_size + type->item_size * absolute((int64_t)hd_size_field(object));
}

static uint64_t owned_size(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  if (!type->declaration) return 0;
  w->owned_bytes = hd_owned_size(w, type, object, &w->owned_known);
  return w->owned_bytes;
}

uint64_t hd_computed_size(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  const struct hd_layout* const layout = w->layout;
  uint64_t size = type->header_size;
  if (type->collected == 2 && !hd_calls_is_gc(w, type, object)) size = 0;
  switch (type->size_rule) {
    case HD_SIZE_STR:
      return size + str_size(layout, object);
    case HD_SIZE_INT:
      return size + int_size(layout, object);
    case HD_SIZE_DICT:
      return size + type->basic_size + dict_size(layout, object);
    case HD_SIZE_ORDERED_DICT:
      return size + type->basic_size + dict_size(layout, object) + owned_size(w, type, object);
    case HD_SIZE_LIST:
      return size + type->basic_size + 8 * hd_word(object + layout->list_allocated);
    case HD_SIZE_SET:
      if (hd_word(object + layout->set_table) == object + layout->set_small_table) {
        return size + type->basic_size;
      }
      return size + type->basic_size + layout->set_entry_size * (hd_word(object + layout->set_mask) + 1);
    case HD_SIZE_TYPE:
      return size + type_size(layout, object);
    case HD_SIZE_CODE:
      return size + code_size(layout, type, object);
    case HD_SIZE_BYTEARRAY:
      return size + type->basic_size + hd_word(object + layout->bytearray_allocated);
    case HD_SIZE_FRAME:
      return size + hd_frame_size(w, type, object);
    case HD_SIZE_GENERATOR:
      return size + hd_generator_size(w, object);
    case HD_SIZE_ARRAY:
      w->owned_bytes = hd_array_size(object);
      w->owned_known = !hd_holds_texts(object);
      return size + type->basic_size + w->owned_bytes;
    case HD_SIZE_DECLARED:
      return size + object_size(type, object) + owned_size(w, type, object);
    default:
      return size + object_size(type, object);
  }
}
