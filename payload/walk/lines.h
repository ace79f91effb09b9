// The line table of a code object: which line of the source an instruction is of.
#ifndef HEAPDUMP_WALK_LINES_H
#define HEAPDUMP_WALK_LINES_H

#include <stdint.h>

enum hd_line_format {
  HD_LINES_INCREMENTS = 0,  // to 3.9: Objects/lnotab_notes.txt of that version
  HD_LINES_RANGES = 1,      // 3.10: the same file there
  HD_LINES_LOCATIONS = 2,   // 3.11 and newer: Objects/locations.md (3.11), InternalDocs/code_objects.md
};

// Goes through the ranges of instructions that the table has.
struct hd_line_reader {
  enum hd_line_format format;
  const uint8_t* at;
  const uint8_t* limit;
  int32_t table_line;
  // Of the range at hand: where it ends, in bytes from the first instruction, and its line; 0: it has none.
  uint64_t end;
  int32_t line;
};

struct hd_line_reader hd_read_lines(enum hd_line_format format, const uint8_t* table, uint64_t size,
                                    int32_t first_line);
// 0 if there are no more ranges.
int hd_next_lines(struct hd_line_reader* reader);

// The line of the instruction at `offset` bytes from the first one; 0 if the table says that there is
// none, or does not reach as far.
int32_t hd_line_of(enum hd_line_format format, const uint8_t* table, uint64_t size, int32_t first_line,
                   uint64_t offset);

#endif
