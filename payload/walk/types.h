// What is known of a type, and the table of the types met.
#ifndef HEAPDUMP_WALK_TYPES_H
#define HEAPDUMP_WALK_TYPES_H

#include "walk/heap.h"

struct hd_walker;

// How the objects of a type hold references, besides the words that are named.
enum hd_form {
  HD_FORM_INVALID,  // not a type
  HD_FORM_WORDS,    // none
  HD_FORM_DICT,
  HD_FORM_ORDERED,  // OrderedDict: each key twice, in the dict and in its list
  HD_FORM_LIST,
  HD_FORM_TUPLE,
  HD_FORM_SET,
  HD_FORM_TRAVERSE,  // what its tp_traverse says
  HD_FORM_TYPE,
  HD_FORM_CODE,
  HD_FORM_FRAME,
  HD_FORM_GENERATOR,
  HD_FORM_ARRAY,  // numpy.ndarray
};

// Where an instance of a Python class keeps its attributes.
enum hd_attributes {
  HD_ATTRIBUTES_NONE,
  HD_ATTRIBUTES_DICT,      // a dict, at dict_offset
  HD_ATTRIBUTES_POINTERS,  // 3.11: values, and a dict
  HD_ATTRIBUTES_TAGGED,    // 3.12: one of both
  HD_ATTRIBUTES_INLINE,    // 3.13: values in the object, and a dict
};

enum hd_content {
  HD_CONTENT_ABSENT,
  HD_CONTENT_STR,
  HD_CONTENT_BYTES,
  HD_CONTENT_BYTEARRAY,
  HD_CONTENT_INT,
  HD_CONTENT_FLOAT,
  HD_CONTENT_COMPLEX,
  HD_CONTENT_BOOL,
  HD_CONTENT_NONE_OBJECT,
  HD_CONTENT_TYPE,
  HD_CONTENT_MODULE,
  HD_CONTENT_CODE,
  HD_CONTENT_FUNCTION,
  HD_CONTENT_GENERATOR,
  HD_CONTENT_FRAME,
  HD_CONTENT_ARRAY,
};

// Whose __sizeof__ it is.
enum hd_size_rule {
  HD_SIZE_FIXED,
  HD_SIZE_OBJECT,
  HD_SIZE_STR,
  HD_SIZE_INT,
  HD_SIZE_DICT,
  HD_SIZE_ORDERED_DICT,
  HD_SIZE_LIST,
  HD_SIZE_SET,
  HD_SIZE_TYPE,
  HD_SIZE_CODE,
  HD_SIZE_BYTEARRAY,
  HD_SIZE_FRAME,
  HD_SIZE_GENERATOR,
  HD_SIZE_ARRAY,
  HD_SIZE_DECLARED,  // a types file says what it owns
};

// A reference at a fixed place of an object.
struct hd_place_in_object {
  uint32_t offset;
  uint8_t kind;    // enum hd_reference_kind
  uint8_t flags;   // enum hd_field_flag
  uint8_t direct;  // read as it stands; else only if tp_traverse reports it
  const char* name;
  uint8_t present_at;  // as in hd_field
  uint8_t reports;     // enum hd_report
};

// What the objects asked so far did with a reference of theirs.
enum hd_report { HD_REPORTED = 1, HD_NOT_REPORTED = 2 };

struct hd_type_info {
  hd_address address;
  uint64_t flags;
  uint8_t form, attributes, content, size_rule;
  uint8_t collected;          // has a collector's header; 2: if tp_is_gc says so
  uint8_t described;          // its TYPE record was written
  uint8_t singleton;          // its objects are roots
  uint8_t traverse_disabled;  // its tp_traverse failed too often to be called again
  uint8_t tail;               // kind of what follows the named references, HD_REF_INDEXED perhaps
  uint32_t shape;             // 0: not written yet
  uint32_t plain_shape;       // of objects without attribute values
  uint32_t basic_size, item_size, header_size, fixed_size;
  // First the slots, which stand before the attributes; then the words of the C types among its bases.
  uint32_t slot_count, word_count;
  struct hd_place_in_object* words;
  uint32_t value_count;  // names of attributes
  uint64_t value_room;   // attribute values that a new instance has room for
  hd_address keys;       // ht_cached_keys
  uint32_t field_count;  // of a structure sequence: its items, of which the length may hide some
  int64_t dict_offset;
  hd_address traverse, is_gc;
  hd_address sizeof_owner;  // the type whose __sizeof__ it is
  uint32_t greenlet_size;   // tp_basicsize of the greenlet type among its bases; 0: none
  // What it owns besides itself, see owned.h. The C type among its bases, and the size of that.
  struct hd_declaration* declaration;
  uint32_t declared_references;
  uint64_t declared_reports;  // a bit for each of the first 64 that an object reported
  uint8_t type_reports;       // enum hd_report, of the reference to the type
  hd_address c_base;
  uint32_t c_size;
  uint8_t has_unknown_words, counts_memory;
  uint8_t has_inline_values;  // new objects have room for attribute values in them (3.13)
  uint64_t known_memory, owned_bytes, unknown_memory;  // objects, bytes, objects
  // Objects whose tp_traverse failed; whose memory could not be read; and that were not asked any more.
  uint32_t faults, hangs, unreadable, not_asked;
};

struct hd_type_table {
  struct hd_type_slot {
    hd_address address;
    struct hd_type_info* info;
  }* slots;
  uint32_t capacity, count;
};

// Shapes of objects whose references have names from a code object.
struct hd_shape_table {
  struct hd_shape_slot {
    hd_address type, code;
    uint32_t shape;
  }* slots;
  uint32_t capacity, count;
};

void hd_types_start(struct hd_walker* w);
// What is known of `type`, which is examined when it is first met.
struct hd_type_info* hd_type_info_for(struct hd_walker* w, hd_address type);
// The same, or 0 if it was not met.
const struct hd_type_info* hd_known_type_info(struct hd_walker* w, hd_address type);
// After a failure: what was being examined is not a type.
void hd_reject_type(struct hd_walker* w);
// It is examined again when it is next met.
void hd_forget_type(struct hd_walker* w, hd_address type);
// The dict of a type; static builtin types have one in each interpreter (the first one's).
hd_address hd_type_dict(struct hd_walker* w, hd_address type);

// The references of a shape that have names by the type alone: slots, values, __dict__, words, declared ones.
static inline uint32_t hd_named_references(const struct hd_type_info* type, int plain) {
  if (type->form == HD_FORM_TYPE) return plain ? type->slot_count : type->word_count;
  const uint32_t apart = (plain ? 0 : type->value_count) + (type->attributes != HD_ATTRIBUTES_NONE);
  return type->word_count + apart + type->declared_references;
}

static inline uint32_t hd_hash(hd_address address, uint32_t capacity) {
  return (uint32_t)((address >> 4) * 0x9E3779B97F4A7C15ull >> 32) & (capacity - 1);
}

#endif
