#include "walk/collected.h"

#include "walk/output.h"

void hd_write_finalizer(struct hd_walker* w, hd_address type) {
  const int kind =
      (hd_word(type + HD_TYPE_FINALIZE) ? HD_TP_FINALIZE : 0) | (hd_word(type + HD_TYPE_DEL) ? HD_TP_DEL : 0);
  if (!kind) return;
  struct hd_text* const out = hd_begin_record(w, HD_FINALIZER);
  hd_put_varint(out, type);
  hd_text_put(out, (uint8_t)kind);
  hd_end_record(w);
}

void hd_note_finalized(struct hd_walker* w, hd_address object) {
  if (w->finalized_count == HD_MAX_FINALIZED) hd_write_finalized(w, 0);
  w->finalized[w->finalized_count++] = object;
}

void hd_write_finalized(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  const uint32_t count = w->finalized_count;
  w->finalized_count = 0;
  if (!count) return;
  struct hd_text* const out = hd_begin_record(w, HD_FINALIZED);
  hd_put_varint(out, count);
  hd_address previous = 0;
  for (uint32_t i = 0; i < count; i++) {
    hd_put_distance(out, w->finalized[i], previous);
    previous = w->finalized[i];
  }
  hd_end_record(w);
}

// From 3.9 on types of C code that live on the heap report themselves.
static int reports_itself(struct hd_walker* w, hd_address c_base) {
  const int before_3_9 = w->layout->trace_total == HD_ABSENT;
  return !before_3_9 && c_base && hd_word(c_base + w->layout->type_traverse) &&
         hd_word(c_base + w->layout->type_flags) & HD_HEAP_TYPE;
}

// That of a Python class does, unless the C type among its bases does it.
int hd_reports_type(struct hd_walker* w, const struct hd_type_info* type, hd_address c_base) {
  if (!w->subtype_traverse || hd_word(type->address + w->layout->type_traverse) != w->subtype_traverse) {
    return type->field_count > 0;
  }
  return !reports_itself(w, c_base);
}

static int is_type_unreported(const struct hd_type_info* type) {
  return type->flags & HD_HEAP_TYPE && !(type->type_reports & HD_REPORTED);
}

static int is_word_unreported(const struct hd_place_in_object* word) {
  if (word->reports) return !(word->reports & HD_REPORTED);
  return word->flags & HD_FIELD_UNTRAVERSED;
}

// Of an object whose attribute values lie in it (3.13) it is these that are reported, not its dict.
static int is_shadowed_dict(const struct hd_type_info* type, int plain, uint32_t position) {
  return type->attributes == HD_ATTRIBUTES_INLINE && type->has_inline_values && !plain &&
         position == type->slot_count + type->value_count;
}

// Whether the reference at a position of a shape is not reported, by what is known of the type.
static int is_unreported(const struct hd_type_info* type, int plain, uint32_t position) {
  const uint32_t named = hd_named_references(type, plain);
  if (position >= named) return 0;
  if (type->form == HD_FORM_TYPE) return is_word_unreported(&type->words[position]);
  const uint32_t declared_from = named - type->declared_references;
  const uint32_t apart = declared_from - type->word_count;
  if (position >= declared_from) {
    const uint32_t i = position - declared_from;
    return i >= 64 || !(type->declared_reports >> i & 1);
  }
  if (position < type->slot_count) return is_word_unreported(&type->words[position]);
  if (position >= type->slot_count + apart) return is_word_unreported(&type->words[position - apart]);
  return is_shadowed_dict(type, plain, position);
}

// Their number; written if `out` is not null, each as its distance from the one before.
static uint32_t put_positions(struct hd_text* out, const struct hd_type_info* type, int plain, uint32_t first,
                              uint32_t end) {
  const uint32_t named = hd_named_references(type, plain);
  uint32_t count = 0, previous = 0;
  for (uint32_t position = 0; position < named || position < end; position++) {
    const int in_range = position >= first && position < end;
    if (!in_range && !is_unreported(type, plain, position)) continue;
    count++;
    if (out) hd_put_varint(out, position - previous);
    previous = position;
  }
  return count;
}

void hd_write_unreported(struct hd_walker* w, uint32_t shape, int plain, uint32_t first, uint32_t end,
                         int tail) {
  const struct hd_type_info* const type = w->type;
  // What has no collector's header is not asked.
  if (!shape || !type->collected) return;
  const int flags = (is_type_unreported(type) ? HD_UNREPORTED_TYPE : 0) | (tail ? HD_UNREPORTED_TAIL : 0);
  const uint32_t count = put_positions(0, type, plain, first, end);
  if (!flags && !count) return;
  struct hd_text* const out = hd_begin_record(w, HD_UNREPORTED);
  hd_put_varint(out, shape);
  hd_text_put(out, (uint8_t)flags);
  hd_put_varint(out, count);
  put_positions(out, type, plain, first, end);
  hd_end_record(w);
}

void hd_write_all_unreported(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  for (uint32_t i = 0; i < w->types.capacity; i++) {
    struct hd_type_info* const type = w->types.slots[i].info;
    if (!type) continue;
    w->type = type;
    hd_write_unreported(w, type->shape, 0, 0, 0, 0);
    hd_write_unreported(w, type->plain_shape, 1, 0, 0, 0);
  }
}
