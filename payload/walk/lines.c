#include "walk/lines.h"

// Pairs: so many bytes of instructions, then a line so many further down. What follows them has the last
// line.
static int next_increment(struct hd_line_reader* reader) {
  if (reader->end == UINT64_MAX) return 0;
  reader->line = reader->table_line;
  if (reader->limit - reader->at < 2) {
    reader->end = UINT64_MAX;
    return 1;
  }
  reader->end += reader->at[0];
  reader->table_line += (int8_t)reader->at[1];
  reader->at += 2;
  return 1;
}

// Pairs: the length of a range in bytes, and its line relative to that of the range before.
static int next_range(struct hd_line_reader* reader) {
  const int8_t kNoLine = -128;
  if (reader->limit - reader->at < 2) return 0;
  const int8_t step = (int8_t)reader->at[1];
  reader->end += reader->at[0];
  if (step != kNoLine) reader->table_line += step;
  reader->line = step == kNoLine ? 0 : reader->table_line;
  reader->at += 2;
  return 1;
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
static int next_location(struct hd_line_reader* reader) {
  enum { kFirstOfLines = 10, kLastOfLines = 12, kNoColumns = 13, kLong = 14, kNone = 15 };
  if (reader->at >= reader->limit) return 0;
  const uint8_t first = *reader->at++;
  const uint8_t code = first >> 3 & 15;
  reader->end += 2 * ((uint64_t)(first & 7) + 1);
  if (code >= kFirstOfLines && code <= kLastOfLines) {
    reader->table_line += code - kFirstOfLines;
  } else if (code == kNoColumns || code == kLong) {
    reader->table_line += signed_varint(reader->at, reader->limit);
  }
  reader->line = code == kNone ? 0 : reader->table_line;
  while (reader->at < reader->limit && !(*reader->at & 0x80)) reader->at++;
  return 1;
}

struct hd_line_reader hd_read_lines(enum hd_line_format format, const uint8_t* table, uint64_t size,
                                    int32_t first_line) {
  return (struct hd_line_reader){format, table, table + size, first_line, 0, 0};
}

int hd_next_lines(struct hd_line_reader* reader) {
  switch (reader->format) {
    case HD_LINES_INCREMENTS:
      return next_increment(reader);
    case HD_LINES_RANGES:
      return next_range(reader);
    default:
      return next_location(reader);
  }
}

int32_t hd_line_of(enum hd_line_format format, const uint8_t* table, uint64_t size, int32_t first_line,
                   uint64_t offset) {
  struct hd_line_reader reader = hd_read_lines(format, table, size, first_line);
  while (hd_next_lines(&reader)) {
    if (offset < reader.end) return reader.line;
  }
  return 0;
}
