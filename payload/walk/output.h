// Messages of records to the tool.
#ifndef HEAPDUMP_WALK_OUTPUT_H
#define HEAPDUMP_WALK_OUTPUT_H

#include "walk/walker.h"

void hd_output_start(struct hd_walker* w);

// A definition between these two; cut off in between, it never was.
struct hd_text* hd_begin_record(struct hd_walker* w, uint64_t kind);
void hd_end_record(struct hd_walker* w);
// A pair of the dump's metadata.
void hd_put_meta(struct hd_walker* w, const char* key, const char* value);
void hd_put_meta_number(struct hd_walker* w, const char* key, uint64_t number);
// The same of numbers, at most five, with a space between.
void hd_put_meta_numbers(struct hd_walker* w, const char* key, const uint32_t* numbers, int count);
void hd_put_varint(struct hd_text* text, uint64_t value);
// From one address to another, in units of 8 bytes, as a zigzag.
void hd_put_distance(struct hd_text* text, hd_address to, hd_address from);
void hd_put_string(struct hd_text* text, const char* string);
// The text of a str object, or `otherwise` if it is none.
void hd_put_name(struct hd_walker* w, struct hd_text* text, hd_address object, const char* otherwise);

// `object`, whose first `count` references are w->references; those of w->tail follow.
void hd_write_object(struct hd_walker* w, hd_address object, uint32_t shape, uint64_t count);
// What stands in the buffers goes out.
void hd_flush(struct hd_walker* w);
// One object with more references than a buffer holds: exactly `total`, of which hd_stream gives the next
// one.
void hd_begin_stream(struct hd_walker* w, hd_address object, uint32_t shape, uint64_t total);
void hd_stream(struct hd_walker* w, uint64_t reference);
void hd_end_stream(struct hd_walker* w);
// What a failure left unfinished: half a definition, a stream.
void hd_discard_partial_output(struct hd_walker* w);
void hd_write_end(struct hd_walker* w, const char* status);

#endif
