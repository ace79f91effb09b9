#include "walk/image_data.h"

#include "walk/dicts.h"
#include "walk/memory.h"
#include "walk/roots.h"

enum { kMaxItems = 4096, kMaxFaults = 16 };

// Static objects of 3.11 have a count that is never reached.
static int is_immortal(struct hd_walker* w, hd_address object) {
  const uint32_t bit = w->layout->immortal_bit;
  const uint64_t refcount = hd_word(object);
  return bit == HD_ABSENT ? refcount >= 900000000 : refcount >> bit & 1;
}

// 0 if it is not that of an object that was walked.
static const struct hd_type_info* type_of(struct hd_walker* w, hd_address address) {
  if (!hd_was_walked(w, address)) return 0;
  const struct hd_type_info* const type = hd_known_type_info(w, hd_type_of(address));
  return type && type->form != HD_FORM_INVALID ? type : 0;
}

static int is_static_type(struct hd_walker* w, const struct hd_type_info* type, hd_address object) {
  return type->form == HD_FORM_TYPE && !(hd_word(object + w->layout->type_flags) & HD_HEAP_TYPE);
}

static void write_if_counted(struct hd_walker* w, hd_address object, const char* name) {
  const struct hd_type_info* const type = type_of(w, object);
  if (!type || type->singleton || is_immortal(w, object) || is_static_type(w, type, object)) return;
  hd_write_root(w, object, HD_ROOT_DATA, name);
}

static const struct hd_image_data* data_at(struct hd_walker* w, uint64_t index) {
  return (const struct hd_image_data*)w->walk->image_data + index;
}

// What the state of the interpreter refers to has names, and some of it is not held.
static int is_interpreter(struct hd_walker* w, hd_address at) { return at == w->interpreter; }

static int holds_known_items(struct hd_walker* w, hd_address tuple) {
  const uint64_t count = hd_size_field(tuple);
  if (count == 0 || count > kMaxItems) return 0;
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t item = hd_word(tuple + w->layout->tuple_items + 8 * i);
    if (!hd_is_address(item) || !type_of(w, item)) return 0;
  }
  return 1;
}

// Not the dict of interned strings, in which keys are values, and which does not hold them.
static int holds_known_entries(struct hd_walker* w, hd_address dict) {
  const hd_address keys_at = hd_word(dict + w->layout->dict_keys);
  if (!hd_is_address(keys_at) || hd_word(dict + w->layout->dict_values)) return 0;
  const struct hd_dict_keys keys = hd_read_keys(w->layout, keys_at);
  uint64_t found = 0;
  for (uint64_t i = 0; i < keys.count; i++) {
    const uint64_t value = hd_word(keys.entries + keys.entry_size * i + keys.entry_size - 8);
    if (!value) continue;
    const hd_address key = hd_key(&keys, i);
    if (key == value || !hd_is_address(key) || !hd_is_address(value)) return 0;
    if (!type_of(w, key) || !type_of(w, value) || ++found > kMaxItems) return 0;
  }
  return found > 0;
}

// A tuple or a dict that the collector does not know, and that no object leads to, is told by what is in it:
// objects that were walked, nothing else.
static int is_unmet_container(struct hd_walker* w, const struct hd_range* image, hd_address address) {
  if (address & 15 || (address >= image->start && address < image->end)) return 0;
  if (!hd_is_near_objects(w, address) || hd_was_walked(w, address)) return 0;
  if (!hd_memory_at(w, address)) return 0;
  const hd_address type = hd_type_of(address);
  const struct hd_types* const known = &w->walk->types;
  if (type != known->tuple && type != known->dict) return 0;
  const uint64_t refcount = hd_word(address);
  if (refcount == 0 || refcount > kMaxItems || hd_word(address - 16)) return 0;
  return type == known->tuple ? holds_known_items(w, address) : holds_known_entries(w, address);
}

static void find_containers(struct hd_walker* w, uint64_t index) {
  const struct hd_image_data* const data = data_at(w, index);
  while (w->image_word + 8 <= data->end) {
    // Beyond it already if it leads to memory that is not there.
    const hd_address at = w->image_word;
    w->image_word = at + (is_interpreter(w, at) ? w->layout->interpreter_size : 8);
    if (!(at & 0xfff)) hd_step(w);
    if (is_interpreter(w, at)) continue;
    const uint64_t word = hd_word(at);
    if (hd_is_address(word) && is_unmet_container(w, &data->image, word)) hd_mark(w, &w->marks, word);
  }
}

void hd_find_in_image_data(struct hd_walker* w) {
  w->current_type = 0;
  for (uint64_t i = 0; i < w->walk->image_data_count && !w->status; i++) {
    w->image_word = data_at(w, i)->start;
    for (int k = 0; k < kMaxFaults && hd_attempt(w, find_containers, i) == HD_WALK_FAULT; k++) continue;
  }
}

static void write_words(struct hd_walker* w, uint64_t index) {
  const struct hd_layout* const layout = w->layout;
  const struct hd_image_data* const data = data_at(w, index);
  for (hd_address at = data->start; at + 8 <= data->end; at += 8) {
    if (!(at & 0xfff)) hd_step(w);
    if (is_interpreter(w, at)) {
      at += layout->interpreter_size - 8;
      continue;
    }
    const uint64_t word = hd_word(at);
    if (!word) continue;
    const int may_be_object = at + 16 <= data->end && hd_is_address(hd_type_of(at));
    const struct hd_type_info* const type = may_be_object ? type_of(w, at) : 0;
    // What types refer to is written with them.
    if (type && is_static_type(w, type, at)) {
      at += layout->type_size - 8;
      continue;
    }
    // An object that is itself a static variable has a reference that nothing is.
    if (type) write_if_counted(w, at, data->name);
    if (hd_is_address(word)) write_if_counted(w, word, data->name);
  }
}

void hd_write_image_data(struct hd_walker* w) {
  w->current_type = 0;
  for (uint64_t i = 0; i < w->walk->image_data_count && !w->status; i++) hd_attempt(w, write_words, i);
}
