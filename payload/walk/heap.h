// Reading the heap. Whatever is read can be half-updated or freed memory: a fault ends the work on the object
// at hand (walker.h), and what was read is checked before it is believed.
#ifndef HEAPDUMP_WALK_HEAP_H
#define HEAPDUMP_WALK_HEAP_H

#include <stdint.h>

typedef uint64_t hd_address;

static inline uint64_t hd_word(hd_address at) { return *(const uint64_t*)at; }
static inline uint32_t hd_half(hd_address at) { return *(const uint32_t*)at; }
static inline int32_t hd_int(hd_address at) { return *(const int32_t*)at; }
static inline uint8_t hd_byte(hd_address at) { return *(const uint8_t*)at; }

// What no object's address can be is a null reference.
static inline int hd_is_address(uint64_t value) {
  return value - 4096 < ((uint64_t)1 << 47) - 4096 && !(value & 7);
}

// PyObject, PyVarObject: the same since 3.8.
static inline hd_address hd_type_of(hd_address object) { return hd_word(object + 8); }
static inline uint64_t hd_size_field(hd_address object) { return hd_word(object + 16); }

// tp_flags: the same since 3.8.
enum {
  HD_HEAP_TYPE = 1 << 9,
  HD_HAVE_GC = 1 << 14,
  HD_INT_SUBCLASS = 1 << 24,
  HD_LIST_SUBCLASS = 1 << 25,
  HD_TUPLE_SUBCLASS = 1 << 26,
  HD_STR_SUBCLASS = 1 << 28,
  HD_DICT_SUBCLASS = 1 << 29,
};
#define HD_TYPE_SUBCLASS (1u << 31)

// PyTypeObject: tp_del and tp_finalize, the same since 3.8.
enum { HD_TYPE_DEL = 376, HD_TYPE_FINALIZE = 392 };
// The header before an object: its _gc_prev, and the bit of that which says that its tp_finalize has run.
enum { HD_GC_PREVIOUS = -8, HD_GC_FINALIZED = 1 };

#endif
