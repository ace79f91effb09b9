#include "walk/tails.h"

#include "walk/arrays.h"
#include "walk/dicts.h"

static void open_words(struct hd_tail* tail, hd_address at, uint64_t count) {
  *tail = (struct hd_tail){.form = HD_TAIL_WORDS, .at = at, .count = count, .width = 1};
}

static void open_set(struct hd_walker* w, hd_address set) {
  const struct hd_layout* const layout = w->layout;
  const uint64_t mask = hd_word(set + layout->set_mask);
  if (mask & (mask + 1)) return;  // half-updated
  w->tail = (struct hd_tail){.form = HD_TAIL_SET,
                             .at = hd_word(set + layout->set_table),
                             .count = mask + 1,
                             .stride = layout->set_entry_size,
                             .key = layout->set_entry_key,
                             .value = layout->set_entry_hash,
                             .width = 1};
}

void hd_open_tail(struct hd_walker* w, hd_address object) {
  const struct hd_layout* const layout = w->layout;
  struct hd_tail* const tail = &w->tail;
  tail->form = HD_TAIL_NONE;
  switch (w->type->form) {
    case HD_FORM_DICT:
      return hd_open_dict(w, object, 2);
    case HD_FORM_ORDERED:
      return hd_open_dict(w, object, 3);
    case HD_FORM_LIST:
      return open_words(tail, hd_word(object + layout->list_items), hd_size_field(object));
    case HD_FORM_TUPLE: {
      const uint64_t length = hd_size_field(object), fields = w->type->field_count;
      return open_words(tail, object + layout->tuple_items, length < fields ? fields : length);
    }
    case HD_FORM_SET:
      return open_set(w, object);
    case HD_FORM_ARRAY:
      return hd_open_array(w, object);
    default:
      return;
  }
}

static uint64_t read_entries(struct hd_tail* tail, uint64_t* out, uint64_t room) {
  const uint32_t width = tail->width;
  uint64_t n = 0, i = tail->position;
  const uint64_t count = tail->count;
  hd_address at = tail->at + i * tail->stride;
  for (; i < count && n + width <= room; i++, at += tail->stride) {
    const uint64_t value = tail->values ? hd_word(tail->values + 8 * i) : hd_word(at + tail->value);
    if (!value) continue;
    const uint64_t key = hd_word(at + tail->key);
    out[n] = key;
    out[n + 1] = value;
    if (width == 3) out[n + 2] = key;
    n += width;
  }
  tail->position = i;
  return n;
}

static uint64_t read_set(struct hd_tail* tail, uint64_t* out, uint64_t room) {
  enum { kDeleted = -1 };  // hash of an entry that was emptied: its key is `dummy`
  uint64_t n = 0, i = tail->position;
  hd_address at = tail->at + i * tail->stride;
  for (; i < tail->count && n < room; i++, at += tail->stride) {
    const uint64_t key = hd_word(at + tail->key);
    if (key && (int64_t)hd_word(at + tail->value) != kDeleted) out[n++] = key;
  }
  tail->position = i;
  return n;
}

uint64_t hd_read_tail(struct hd_tail* tail, uint64_t* out, uint64_t room) {
  switch (tail->form) {
    case HD_TAIL_WORDS: {
      const uint64_t left = tail->count - tail->position;
      const uint64_t n = left < room ? left : room;
      const hd_address from = tail->at + 8 * tail->position;
      for (uint64_t i = 0; i < n; i++) out[i] = hd_word(from + 8 * i);
      tail->position += n;
      return n;
    }
    case HD_TAIL_ENTRIES:
      return read_entries(tail, out, room);
    case HD_TAIL_SET:
      return read_set(tail, out, room);
    default:
      return 0;
  }
}
