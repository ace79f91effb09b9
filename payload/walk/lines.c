#include "walk/lines.h"

// Pairs: so many bytes of instructions, then a line so many further down.
static int32_t by_increments(const uint8_t* table, uint64_t size, int32_t line, uint64_t offset) {
  uint64_t end = 0;
  for (uint64_t i = 0; i + 1 < size; i += 2) {
    end += table[i];
    if (end > offset) break;
    line += (int8_t)table[i + 1];
  }
  return line;
}

// Pairs: the length of a range in bytes, and its line relative to that of the range before.
static int32_t by_ranges(const uint8_t* table, uint64_t size, int32_t line, uint64_t offset) {
  const int8_t kNoLine = -128;
  uint64_t end = 0;
  for (uint64_t i = 0; i + 1 < size; i += 2) {
    const int8_t step = (int8_t)table[i + 1];
    end += table[i];
    if (step != kNoLine) line += step;
    if (offset < end) return step == kNoLine ? 0 : line;
  }
  return 0;
}

static int32_t signed_varint(const uint8_t* at, const uint8_t* end) {
  uint32_t value = 0;
  for (int shift = 0; at < end && shift < 32; shift += 6) {
    const uint8_t byte = *at++;
    value |= (uint32_t)(byte & 63) << shift;
    if (!(byte & 64)) break;
  }
  return value & 1 ? -(int32_t)(value >> 1) : (int32_t)(value >> 1);
}

// Entries of several bytes, of which the first alone has its highest bit set: a code of four bits and the
// length of the range in instructions of two bytes, less one.
static int32_t by_locations(const uint8_t* table, uint64_t size, int32_t line, uint64_t offset) {
  enum { kFirstOfLines = 10, kLastOfLines = 12, kNoColumns = 13, kLong = 14, kNone = 15 };
  const uint8_t* const limit = table + size;
  uint64_t end = 0;
  while (table < limit) {
    const uint8_t code = *table >> 3 & 15;
    end += 2 * ((uint64_t)(*table & 7) + 1);
    table++;
    if (code >= kFirstOfLines && code <= kLastOfLines) {
      line += code - kFirstOfLines;
    } else if (code == kNoColumns || code == kLong) {
      line += signed_varint(table, limit);
    }
    if (offset < end) return code == kNone ? 0 : line;
    while (table < limit && !(*table & 0x80)) table++;
  }
  return 0;
}

int32_t hd_line_of(enum hd_line_format format, const uint8_t* table, uint64_t size, int32_t first_line,
                   uint64_t offset) {
  switch (format) {
    case HD_LINES_INCREMENTS:
      return by_increments(table, size, first_line, offset);
    case HD_LINES_RANGES:
      return by_ranges(table, size, first_line, offset);
    default:
      return by_locations(table, size, first_line, offset);
  }
}
