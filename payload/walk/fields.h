// The named words of the objects of a type: rows of struct hd_field, and what the type's own PyMemberDefs
// say.
#ifndef HEAPDUMP_WALK_FIELDS_H
#define HEAPDUMP_WALK_FIELDS_H

#include "walk/walker.h"

enum { HD_MAX_WORDS = 2048 };

struct hd_words {
  uint32_t count;
  struct hd_place_in_object list[HD_MAX_WORDS];
};

// Whether a row is about a type.
int hd_is_owner(struct hd_walker* w, hd_address type, const char* owner, uint32_t basicsize);
int hd_name_is(const char* name, const char* other);
// The offset of a row; HD_ABSENT.
uint32_t hd_field_offset(struct hd_walker* w, const char* owner, const char* name);

void hd_add_word(struct hd_words* words, uint32_t offset, uint8_t kind, uint8_t flags, int direct,
                 const char* name);
// Rows whose owner is one of CPython's own structures.
void hd_add_structure(struct hd_walker* w, struct hd_words* words, const char* owner);
// Rows about one type.
void hd_add_rows(struct hd_walker* w, struct hd_words* words, hd_address type, int direct);
// PyMemberDefs of one type that are references.
void hd_add_members(struct hd_walker* w, struct hd_words* words, hd_address type, uint8_t kind);

#endif
