#include "walk/fields.h"

int hd_name_is(const char* name, const char* other) {
  while (*name && *name == *other) {
    name++;
    other++;
  }
  return *name == *other;
}

int hd_is_owner(struct hd_walker* w, hd_address type, const char* owner, uint32_t basicsize) {
  if (basicsize && basicsize != hd_word(type + w->layout->type_basicsize)) return 0;
  return hd_name_is(hd_string(hd_word(type + w->layout->type_name)), owner);
}

uint32_t hd_field_offset(struct hd_walker* w, const char* owner, const char* name) {
  const struct hd_field* const rows = (const struct hd_field*)w->walk->fields;
  for (uint64_t i = 0; i < w->walk->field_count; i++) {
    if (hd_name_is(rows[i].owner, owner) && hd_name_is(rows[i].name, name)) return rows[i].offset;
  }
  return HD_ABSENT;
}

void hd_add_word(struct hd_words* words, uint32_t offset, uint8_t kind, uint8_t flags, int direct,
                 const char* name) {
  for (uint32_t i = 0; i < words->count; i++) {
    if (words->list[i].offset == offset) return;
  }
  if (words->count == HD_MAX_WORDS) return;
  words->list[words->count++] = (struct hd_place_in_object){offset, kind, flags, direct || flags, name, 0, 0};
}

void hd_add_structure(struct hd_walker* w, struct hd_words* words, const char* owner) {
  const struct hd_field* const rows = (const struct hd_field*)w->walk->fields;
  for (uint64_t i = 0; i < w->walk->field_count; i++) {
    if (!hd_name_is(rows[i].owner, owner)) continue;
    hd_add_word(words, rows[i].offset, rows[i].kind, rows[i].flags, 1, rows[i].name);
  }
}

void hd_add_rows(struct hd_walker* w, struct hd_words* words, hd_address type, int direct) {
  const struct hd_field* const rows = (const struct hd_field*)w->walk->fields;
  for (uint64_t i = 0; i < w->walk->field_count; i++) {
    if (words->count == HD_MAX_WORDS || !hd_is_owner(w, type, rows[i].owner, rows[i].basicsize)) continue;
    const uint32_t place = words->count;
    hd_add_word(words, rows[i].offset, rows[i].kind, rows[i].flags, direct, rows[i].name);
    words->list[place].present_at = rows[i].present_at;
  }
}

void hd_add_members(struct hd_walker* w, struct hd_words* words, hd_address type, uint8_t kind) {
  const struct hd_layout* const layout = w->layout;
  hd_address member = hd_word(type + layout->type_members);
  if (!member) return;
  const uint64_t size = hd_word(type + layout->type_basicsize);
  for (uint32_t i = 0; i < HD_MAX_WORDS; i++, member += layout->member_size) {
    const hd_address name = hd_word(member + layout->member_name);
    if (!name) return;
    const uint32_t held = hd_half(member + layout->member_type);
    if (held != layout->member_object && held != layout->member_object_ex) continue;
    const uint64_t offset = hd_word(member + layout->member_offset);
    if (offset % 8 || offset < 16 || offset + 8 > size) continue;
    hd_add_word(words, (uint32_t)offset, kind, 0, 1, hd_string(name));
  }
}
