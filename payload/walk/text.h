// Text of at most so many bytes.
#ifndef HEAPDUMP_WALK_TEXT_H
#define HEAPDUMP_WALK_TEXT_H

#include <stdint.h>

struct hd_text {
  uint8_t* bytes;
  uint32_t length;
  uint32_t limit;
  // 1 once something did not fit.
  uint32_t cut;
};

static inline void hd_text_put(struct hd_text* text, uint32_t byte) {
  if (text->length < text->limit) {
    text->bytes[text->length++] = (uint8_t)byte;
  } else {
    text->cut = 1;
  }
}

static inline void hd_text_put_bytes(struct hd_text* text, const uint8_t* bytes, uint32_t count) {
  uint32_t fits = text->limit - text->length;
  if (count <= fits) {
    fits = count;
  } else {
    text->cut = 1;
  }
  uint8_t* const at = text->bytes + text->length;
  for (uint32_t i = 0; i < fits; i++) at[i] = bytes[i];
  text->length += fits;
}

static inline void hd_text_put_string(struct hd_text* text, const char* string) {
  while (*string) hd_text_put(text, (uint8_t)*string++);
}

static inline void hd_text_put_decimal(struct hd_text* text, uint64_t value) {
  uint8_t digits[20];
  uint32_t first = sizeof digits;
  do {
    digits[--first] = (uint8_t)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  hd_text_put_bytes(text, digits + first, sizeof digits - first);
}

static inline uint8_t* hd_varint(uint8_t* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = (uint8_t)value | 0x80;
    value >>= 7;
  }
  *at++ = (uint8_t)value;
  return at;
}

#endif
