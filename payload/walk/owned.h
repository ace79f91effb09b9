// What objects own besides themselves: declared by types files, or told to be unknown.
#ifndef HEAPDUMP_WALK_OWNED_H
#define HEAPDUMP_WALK_OWNED_H

#include "walk/fields.h"

// What is said of a type or of one of its bases, the nearest; null if nothing is.
struct hd_declaration* hd_declaration_of(struct hd_walker* w, hd_address type);
// The references that a declaration tells of.
void hd_count_declared_references(struct hd_walker* w, struct hd_type_info* type);
uint64_t hd_add_declared_references(struct hd_walker* w, hd_address object, uint64_t n);
const char* hd_declared_reference_name(struct hd_walker* w, const struct hd_type_info* type, uint32_t index);

// The bytes that an object of a declared type owns; 0, and `known` 0, if the declaration does not hold for
// it.
uint64_t hd_owned_size(struct hd_walker* w, const struct hd_type_info* type, hd_address object, int* known);

// Whether the words of a type's objects have to be looked at: those of C code that nothing is known of.
int hd_has_unknown_words(struct hd_walker* w, const struct hd_type_info* type);
// Counts what an object that was written owns, known or not; writes the objects that words of it may hold.
void hd_count_memory(struct hd_walker* w, struct hd_type_info* type, hd_address object);
// Writes the records TYPE_MEMORY.
void hd_write_type_memory(struct hd_walker* w, uint64_t unused);

#endif
