// Reading the heap. Whatever is read can be half-updated or freed memory: a fault ends the work on the object
// at hand (walker.h), and what was read is checked before it is believed.
#ifndef HEAPDUMP_WALK_HEAP_H
#define HEAPDUMP_WALK_HEAP_H

#include <stdint.h>

typedef uint64_t hd_address;

#ifdef HD_OTHER_PROCESS
// The same code in the tool itself, which reads a process that runs.
#include "live/heap.h"
#else
// Whether the heap is a copy that stands still, in this process: code of C types can be called in it.
enum { HD_IS_COPY = 1 };

static inline uint64_t hd_word(hd_address at) { return *(const uint64_t*)at; }
static inline uint32_t hd_half(hd_address at) { return *(const uint32_t*)at; }
static inline uint16_t hd_quarter(hd_address at) { return *(const uint16_t*)at; }
static inline int32_t hd_int(hd_address at) { return *(const int32_t*)at; }
static inline uint8_t hd_byte(hd_address at) { return *(const uint8_t*)at; }
// Memory as it stands there, and a string that ends with a 0.
static inline const uint8_t* hd_bytes(hd_address at, uint64_t size) {
  (void)size;
  return (const uint8_t*)at;
}
static inline const char* hd_string(hd_address at) { return (const char*)at; }
// Only where HD_IS_COPY is 0.
static inline void hd_met(hd_address object) { (void)object; }
#endif

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
