#include "walk/instances.h"

static hd_address dict_at_offset(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  int64_t offset = type->dict_offset;
  if (offset < 0) {
    // From the end of an object of variable size (to 3.11).
    int64_t count = (int64_t)hd_size_field(object);
    if (type->flags & HD_INT_SUBCLASS && w->layout->int_tag != HD_ABSENT) {
      count = (int64_t)(hd_word(object + w->layout->int_tag) >> 3);
    }
    if (count < 0) count = -count;
    offset += ((int64_t)type->basic_size + count * (int64_t)type->item_size + 7) & ~(int64_t)7;
  }
  return hd_word(object + (uint64_t)offset);
}

struct hd_instance hd_read_instance(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  const struct hd_layout* const layout = w->layout;
  struct hd_instance read = {0, 0, 0};
  switch (type->attributes) {
    case HD_ATTRIBUTES_DICT:
      read.dict = dict_at_offset(w, type, object);
      break;
    case HD_ATTRIBUTES_POINTERS:
      read.values = hd_word(object + (uint64_t)(int64_t)layout->managed_values);
      read.dict = hd_word(object + (uint64_t)(int64_t)layout->managed_dict);
      break;
    case HD_ATTRIBUTES_TAGGED: {
      const uint64_t word = hd_word(object + (uint64_t)(int64_t)layout->managed_tagged);
      if (word & 1) {
        read.values = word + 1;
      } else {
        read.dict = word;
      }
      break;
    }
    case HD_ATTRIBUTES_INLINE: {
      read.dict = hd_word(object + (uint64_t)(int64_t)layout->managed_dict);
      const hd_address values = object + type->basic_size;
      if (type->flags & layout->flag_inline_values && hd_byte(values + layout->values_valid)) {
        read.values = values;
        read.value_count = hd_byte(values + layout->values_capacity);
      }
      break;
    }
    default:
      break;
  }
  if (!read.values) return read;
  read.values += layout->values_values;
  if (type->attributes != HD_ATTRIBUTES_INLINE || read.value_count > type->value_count) {
    read.value_count = type->value_count;
  }
  return read;
}
