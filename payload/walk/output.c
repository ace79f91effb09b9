#include "walk/output.h"

#include "walk/contents.h"
#include "walk/names.h"
#include "walk/owned.h"
#include "walk/sizes.h"

enum { kHeader = 16, kEINTR = -4, kEAGAIN = -11, kMessageHeader = 4, kStreamBlock = 1 << 15 };

static void send(struct hd_walker* w, const uint8_t* bytes, uint64_t size) {
  const uint32_t before = hd_set_phase(w, HD_WALK_WRITING);
  while (size > 0) {
    const long wrote = hd_write(w->walk->fd, bytes, size);
    if (wrote == kEINTR || wrote == kEAGAIN) continue;
    if (wrote <= 0) hd_exit(1);  // nobody reads
    bytes += wrote;
    size -= (uint64_t)wrote;
  }
  hd_set_phase(w, before);
  hd_step(w);
}

static void put_u32(uint8_t* at, uint64_t value) { *(uint32_t*)at = (uint32_t)value; }

static inline uint64_t zigzag(int64_t value) { return (uint64_t)value << 1 ^ (uint64_t)(value >> 63); }

static void start_message(struct hd_walker* w) {
  w->object_end = w->objects + kHeader;
  w->object_count = 0;
  w->previous = 0;
  memset(w->recent, 0, sizeof w->recent);
}

void hd_output_start(struct hd_walker* w) {
  w->definitions.bytes = hd_allocate(w, HD_DEFINITIONS);
  w->definitions.limit = HD_DEFINITIONS;
  w->definitions.length = w->definitions_whole = kMessageHeader;
  // An object is begun below HD_MESSAGE; a reference takes 10 bytes at most.
  w->objects = hd_allocate(
      w, HD_MESSAGE + 10 * (HD_MAX_REFERENCES + 64) + 2 * w->content_limit + HD_NAMING_CONTENT + 256);
  start_message(w);
}

static void flush_definitions(struct hd_walker* w) {
  const uint32_t length = w->definitions_whole;
  if (length > kMessageHeader) {
    put_u32(w->definitions.bytes, length - kMessageHeader);
    send(w, w->definitions.bytes, length);
  }
  w->definitions.length = w->definitions_whole = kMessageHeader;
  w->definitions.cut = 0;
}

void hd_flush(struct hd_walker* w) {
  flush_definitions(w);
  if (w->object_count == 0) return;
  uint8_t counted[16];
  const uint64_t length = (uint64_t)(hd_varint(counted, w->object_count) - counted) + 1;
  uint8_t* const start = w->objects + kHeader - length - kMessageHeader;
  start[kMessageHeader] = HD_OBJECTS;
  for (uint64_t i = 1; i < length; i++) start[kMessageHeader + i] = counted[i - 1];
  uint8_t* end = w->object_end;
  end = hd_varint(end, HD_PROGRESS);
  end = hd_varint(end, w->objects_written);
  end = hd_varint(end, 0);
  put_u32(start, (uint64_t)(end - start) - kMessageHeader);
  send(w, start, (uint64_t)(end - start));
  w->walk->objects = w->objects_written;
  start_message(w);
}

struct hd_text* hd_begin_record(struct hd_walker* w, uint64_t kind) {
  w->definitions.length = w->definitions_whole;
  if (w->definitions.length > HD_DEFINITIONS - HD_DEFINITION) flush_definitions(w);
  hd_put_varint(&w->definitions, kind);
  return &w->definitions;
}

void hd_end_record(struct hd_walker* w) { w->definitions_whole = w->definitions.length; }

void hd_put_varint(struct hd_text* text, uint64_t value) {
  uint8_t bytes[10];
  const uint8_t* const end = hd_varint(bytes, value);
  for (const uint8_t* at = bytes; at < end; at++) hd_text_put(text, *at);
}

static void put_bytes(struct hd_text* text, const uint8_t* bytes, uint32_t length) {
  hd_put_varint(text, length);
  for (uint32_t i = 0; i < length; i++) hd_text_put(text, bytes[i]);
}

void hd_put_distance(struct hd_text* text, hd_address to, hd_address from) {
  hd_put_varint(text, zigzag((int64_t)(to - from) >> 3));
}

void hd_put_string(struct hd_text* text, const char* string) {
  uint32_t length = 0;
  while (length < HD_MAX_NAME && string[length]) length++;
  put_bytes(text, (const uint8_t*)string, length);
}

void hd_put_meta(struct hd_walker* w, const char* key, const char* value) {
  struct hd_text* const out = hd_begin_record(w, HD_META);
  hd_put_string(out, key);
  hd_put_string(out, value);
  hd_end_record(w);
}

void hd_put_meta_number(struct hd_walker* w, const char* key, uint64_t number) {
  uint8_t bytes[24];
  struct hd_text text = {bytes, 0, sizeof bytes - 1, 0};
  hd_text_put_decimal(&text, number);
  bytes[text.length] = 0;
  hd_put_meta(w, key, (const char*)bytes);
}

void hd_put_meta_numbers(struct hd_walker* w, const char* key, const uint32_t* numbers, int count) {
  uint8_t bytes[64];
  struct hd_text text = {bytes, 0, sizeof bytes - 1, 0};
  for (int i = 0; i < count; i++) {
    if (i) hd_text_put(&text, ' ');
    hd_text_put_decimal(&text, numbers[i]);
  }
  bytes[text.length] = 0;
  hd_put_meta(w, key, (const char*)bytes);
}

void hd_put_name(struct hd_walker* w, struct hd_text* text, hd_address object, const char* otherwise) {
  uint8_t bytes[HD_MAX_NAME];
  struct hd_text name = {bytes, 0, sizeof bytes, 0};
  if (hd_is_str(w, object)) {
    hd_put_str(w, &name, object);
  } else {
    hd_text_put_string(&name, otherwise);
  }
  put_bytes(text, bytes, name.length);
}

static uint32_t flags_of(struct hd_walker* w, hd_address object, uint64_t refcount_word, uint64_t* refcount) {
  const struct hd_layout* const layout = w->layout;
  uint32_t flags = 0;
  // What changes while nothing is changed of an object is not read of one that lives.
  *refcount = 1;
  if (!HD_IS_COPY) return 0;
  if (layout->refcount_bytes == 4) refcount_word = (uint32_t)refcount_word;
  if (layout->immortal_bit != HD_ABSENT && refcount_word >> layout->immortal_bit & 1) {
    flags |= HD_IMMORTAL;
    refcount_word = 0;
  }
  *refcount = refcount_word;
  if (hd_has_header(w, w->type, object) && hd_word(object - 16)) {
    flags |= HD_TRACKED | HD_GENERATION_KNOWN | hd_generation(w, object) << HD_GENERATION_SHIFT;
  }
  return flags;
}

static inline uint8_t* reference(struct hd_walker* w, uint8_t* at, hd_address object, uint64_t target,
                                 uint64_t* written) {
  if (!hd_is_address(target)) {
    at[0] = (uint8_t)(HD_NULL_REFERENCE | 0x80);
    at[1] = HD_NULL_REFERENCE >> 7;
    return at + 2;
  }
  hd_mark(w, &w->marks, target);
  ++*written;
  const uint32_t slot = hd_recent_slot(target);
  if (w->recent[slot] == target) return hd_varint(at, slot << 1 | 1);
  w->recent[slot] = target;
  return hd_varint(at, zigzag((int64_t)(target - object) >> 3) << 1);
}

void hd_write_object(struct hd_walker* w, hd_address object, uint32_t shape, uint64_t count) {
  if (w->object_end - w->objects > HD_MESSAGE) hd_flush(w);
  uint64_t refcount;
  uint32_t flags = flags_of(w, object, hd_word(object), &refcount);
  uint8_t* at = hd_varint(w->object_end, shape);
  at = hd_varint(at, zigzag((int64_t)(object - w->previous) >> 3));
  at = hd_varint(at, hd_size_of(w, w->type, object));
  at = hd_varint(at, refcount);
  uint8_t* const flags_at = at++;
  if (w->type->content && w->content_limit && (!w->walk->only_names || hd_shows_content(w, object)))
    at = hd_write_content(w, object, at, &flags);
  *flags_at = (uint8_t)flags;
  // From here on nothing is read but the walker's own memory: the object is written whole or not at all.
  at = hd_varint(at, count);
  uint64_t written = 0;
  for (uint64_t i = 0; i < count; i++) at = reference(w, at, object, w->references[i], &written);
  w->previous = object;
  w->object_end = at;
  w->object_count++;
  w->objects_written++;
  w->references_written += written;
  if (w->type->counts_memory) hd_count_memory(w, w->type, object);
}

void hd_begin_stream(struct hd_walker* w, hd_address object, uint32_t shape, uint64_t total) {
  uint64_t refcount;
  const uint32_t flags = flags_of(w, object, hd_word(object), &refcount);
  const uint64_t size = hd_size_of(w, w->type, object);
  hd_flush(w);
  uint8_t* at = w->objects;
  put_u32(at, 1 + 4 * 4 + 8 * 3 + 1 + 4 + 8 * total + 4);
  at += kMessageHeader;
  *at++ = HD_COLUMNS;
  const uint32_t counts[] = {shape, 1, (uint32_t)total, 0};
  for (int i = 0; i < 4; i++, at += 4) put_u32(at, counts[i]);
  const uint64_t words[] = {object, size, refcount};
  for (int i = 0; i < 3; i++, at += 8) *(uint64_t*)at = words[i];
  *at++ = (uint8_t)flags;
  put_u32(at, total);
  at += 4;
  w->stream_left = total + 1;  // and the length of its content
  send(w, w->objects, (uint64_t)(at - w->objects));
  w->stream = (uint64_t*)w->objects;
  w->stream_count = 0;
  w->objects_written++;
  if (w->type->counts_memory) hd_count_memory(w, w->type, object);
}

static void flush_stream(struct hd_walker* w) {
  const uint64_t count = w->stream_count;
  w->stream_count = 0;
  send(w, w->objects, 8 * count);
}

void hd_stream(struct hd_walker* w, uint64_t target) {
  if (w->stream_left <= 1) return;
  w->stream_left--;
  if (hd_is_address(target)) {
    hd_mark(w, &w->marks, target);
    w->references_written++;
  } else {
    target = 0;
  }
  w->stream[w->stream_count++] = target;
  if (w->stream_count == kStreamBlock) flush_stream(w);
}

void hd_end_stream(struct hd_walker* w) {
  if (w->stream_left == 0) return;
  while (w->stream_left > 1) hd_stream(w, 0);
  flush_stream(w);
  put_u32(w->objects, 0);
  send(w, w->objects, 4);
  w->stream_left = 0;
  start_message(w);
}

void hd_discard_partial_output(struct hd_walker* w) {
  hd_end_stream(w);
  w->definitions.length = w->definitions_whole;
  w->definitions.cut = 0;
}

// The buffers are empty: definitions go out before objects.
void hd_write_end(struct hd_walker* w, const char* status) {
  struct hd_text* const text = hd_begin_record(w, HD_END);
  hd_put_string(text, status);
  hd_put_varint(text, w->objects_written);
  hd_put_varint(text, w->references_written);
  hd_end_record(w);
}
