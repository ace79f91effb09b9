// The heap of another process, which runs: what walk/heap.h has of a copy. What cannot be read ends the work
// on the object at hand, as a fault does there.
#ifndef HEAPDUMP_LIVE_HEAP_H
#define HEAPDUMP_LIVE_HEAP_H

#include <stdint.h>

// No code can be called, and nothing follows from what was not read with the object.
enum { HD_IS_COPY = 0 };

void hd_fetch(hd_address at, void* to, uint64_t size);
// A copy, until it is asked for the next one.
const uint8_t* hd_bytes(hd_address at, uint64_t size);
// A copy for good, since names of fields are kept, which ends where no name is longer.
const char* hd_string(hd_address at);
// The object at hand refers to another.
void hd_met(hd_address object);

static inline uint64_t hd_word(hd_address at) {
  uint64_t value;
  hd_fetch(at, &value, sizeof value);
  return value;
}
static inline uint32_t hd_half(hd_address at) {
  uint32_t value;
  hd_fetch(at, &value, sizeof value);
  return value;
}
static inline uint16_t hd_quarter(hd_address at) {
  uint16_t value;
  hd_fetch(at, &value, sizeof value);
  return value;
}
static inline int32_t hd_int(hd_address at) { return (int32_t)hd_half(at); }
static inline uint8_t hd_byte(hd_address at) {
  uint8_t value;
  hd_fetch(at, &value, sizeof value);
  return value;
}

#endif
