// What is shown of an object, as payload/dump/contents.py shows it.
#ifndef HEAPDUMP_WALK_CONTENTS_H
#define HEAPDUMP_WALK_CONTENTS_H

#include "walk/walker.h"

// Writes length and bytes of the content of an object of w->type at `at`, and sets the flags for it; returns
// the end. Nothing is written, and no flag is set, if there is none.
uint8_t* hd_write_content(struct hd_walker* w, hd_address object, uint8_t* at, uint32_t* flags);

// Whether the content of a type's objects is a name that programs give to code: of a type, a module, a
// function.
int hd_names_code(const struct hd_type_info* type);

int hd_is_str(struct hd_walker* w, hd_address object);
// The text of a str object in UTF-8, cut at a character.
void hd_put_str(struct hd_walker* w, struct hd_text* text, hd_address str);
int hd_str_is(struct hd_walker* w, hd_address object, const char* name);
// Whether its text could be an identifier: of other than letters beyond ASCII that is not looked at.
int hd_could_be_identifier(struct hd_walker* w, hd_address str);
// Of an int object that is not negative and below 2^60.
int hd_int_value(struct hd_walker* w, hd_address object, uint64_t* value);
// __module__ and __qualname__ of a type.
void hd_put_type_module(struct hd_walker* w, struct hd_text* text, hd_address type);
void hd_put_type_name(struct hd_walker* w, struct hd_text* text, hd_address type);
// Both, as a name: without the module of built-in types.
void hd_put_type_label(struct hd_walker* w, struct hd_text* text, hd_address type);

#endif
