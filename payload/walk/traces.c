// The tables of tracemalloc (Python/tracemalloc.c, Modules/_tracemalloc.c to 3.11) and what they consist of
// (Python/hashtable.c, Modules/hashtable.c). A trace is of a block of memory, in which an object stands
// behind its headers. What is not as CPython makes it is passed over and counted: a site is right, or not
// known.
#include "walk/traces.h"

#include "walk/contents.h"
#include "walk/lines.h"
#include "walk/memory.h"
#include "walk/output.h"

enum {
  // An entry, since 3.8: the next one, the hash of the key, the key.
  kEntryHash = 8,
  kEntryKey = 16,
  kEntryValue = 24,
  // struct trace_t.
  kTraceTraceback = 8,
  // A traceback, and its frames, which are packed.
  kFrameCount = 8,
  kFrames = 12,
  kFrameSize = 12,
  kFrameLine = 8,
  kDomainKey = 12,
  kHeaderStep = 16,
  kMaxHeader = 32,
  // Lines of one function; beyond, none are told.
  kMaxLines = 1 << 14,
  kMaxFaults = 1024,
  // Of a chunk of malloc's that is mapped by itself.
  kMaxOverhead = 2 * 4096,
};

// The number of a file; HD_NO_NUMBER if it is not the name of one, or one too many.
static int64_t source_of(struct hd_walker* w, hd_address name) {
  struct hd_numbers* const sources = &w->traces.sources;
  const int64_t known = hd_number_of(sources, name);
  if (known != HD_NO_NUMBER) return known;
  if (!hd_is_address(name) || !hd_is_str(w, name) || !hd_make_room(w, sources)) return HD_NO_NUMBER;
  struct hd_text* const out = hd_begin_record(w, HD_SOURCE);
  hd_put_varint(out, sources->count);
  hd_put_name(w, out, name, "?");
  hd_end_record(w);
  return hd_add_number(sources, name);
}

// As ranges: the distance from the end of the one before, and the length.
static void put_ranges(struct hd_text* out, const uint64_t* lines) {
  uint32_t ranges = 0, line = 0, end = 0;
  for (uint32_t i = 0; i < kMaxLines; i++) {
    const int is_set = lines[i >> 6] >> (i & 63) & 1;
    ranges += is_set && !(i && lines[(i - 1) >> 6] >> ((i - 1) & 63) & 1);
  }
  hd_put_varint(out, ranges);
  while (ranges-- > 0) {
    while (!(lines[line >> 6] >> (line & 63) & 1)) line++;
    hd_put_varint(out, line - end);
    for (end = line; end < kMaxLines && lines[end >> 6] >> (end & 63) & 1;) end++;
    hd_put_varint(out, end - line);
    line = end;
  }
}

void hd_write_function(struct hd_walker* w, hd_address code) {
  const struct hd_layout* const layout = w->layout;
  const hd_address table = hd_word(code + layout->code_line_table);
  const int32_t first = hd_int(code + layout->code_first_line);
  if (first < 0 || !hd_is_address(table) || hd_type_of(table) != w->walk->types.bytes) return;
  uint64_t lines[kMaxLines / 64];
  memset(lines, 0, sizeof lines);
  struct hd_line_reader reader =
      hd_read_lines((enum hd_line_format)layout->code_line_format,
                    hd_bytes(table + layout->bytes_value, hd_size_field(table)), hd_size_field(table), first);
  for (uint64_t before = 0; hd_next_lines(&reader); before = reader.end) {
    const int64_t line = (int64_t)reader.line - first;
    if (reader.line > 0 && reader.end > before && line >= 0 && line < kMaxLines)
      lines[line >> 6] |= 1ull << (line & 63);
  }
  const int64_t source = source_of(w, hd_word(code + layout->code_file));
  if (source == HD_NO_NUMBER) return;
  struct hd_text* const out = hd_begin_record(w, HD_FUNCTION);
  hd_put_varint(out, (uint64_t)source);
  const uint32_t name = layout->code_qualname == HD_ABSENT ? layout->code_name : layout->code_qualname;
  hd_put_name(w, out, hd_word(code + name), "?");
  hd_put_varint(out, (uint64_t)first);
  put_ranges(out, lines);
  hd_end_record(w);
}

// What malloc has given for so many bytes.
static void count_chunk(struct hd_walker* w, hd_address memory, uint64_t asked) {
  const uint64_t size = w->walk->has_glibc_malloc ? hd_word(memory - 8) & ~(uint64_t)7 : 0;
  w->traces.bytes += size >= asked && size <= asked + kMaxOverhead ? size : asked;
  w->traces.chunks++;
}

// Its number; HD_NO_NUMBER if it is not a traceback, or one too many.
static int64_t site_of(struct hd_walker* w, hd_address traceback) {
  struct hd_traces* const traces = &w->traces;
  const int64_t known = hd_number_of(&traces->sites, traceback);
  if (known != HD_NO_NUMBER) return known;
  if (!hd_is_address(traceback) || !hd_make_room(w, &traces->sites)) return HD_NO_NUMBER;
  const uint32_t count = hd_half(traceback + kFrameCount) & 0xffff;
  const uint32_t total_at = w->layout->trace_total;
  const uint32_t total = total_at == HD_ABSENT ? 0 : hd_half(traceback + total_at) & 0xffff;
  if (count == 0 || count > w->walk->trace_frames || (total_at != HD_ABSENT && total < count))
    return HD_NO_NUMBER;
  const uint32_t kept = count < HD_MAX_SITE_FRAMES ? count : HD_MAX_SITE_FRAMES;
  uint32_t sources[HD_MAX_SITE_FRAMES];
  for (uint32_t i = 0; i < kept; i++) {
    const int64_t source = source_of(w, hd_word(traceback + kFrames + kFrameSize * i));
    if (source == HD_NO_NUMBER) return HD_NO_NUMBER;
    sources[i] = (uint32_t)source;
  }
  struct hd_text* const out = hd_begin_record(w, HD_SITE);
  hd_put_varint(out, traces->sites.count);
  hd_put_varint(out, total_at == HD_ABSENT ? count : total);
  hd_put_varint(out, kept);
  for (uint32_t i = 0; i < kept; i++) {
    hd_put_varint(out, sources[i]);
    hd_put_varint(out, hd_half(traceback + kFrames + kFrameSize * i + kFrameLine));
  }
  hd_end_record(w);
  // That of blocks without a frame is a variable of CPython's.
  const struct hd_memory_range* const range = hd_memory_at(w, traceback);
  if (range && range->kind != HD_MEMORY_FILE) count_chunk(w, traceback, kFrames + kFrameSize * count);
  return hd_add_number(&traces->sites, traceback);
}

static void write_allocations(struct hd_walker* w) {
  struct hd_traces* const traces = &w->traces;
  if (!traces->allocation_count) return;
  struct hd_text* const out = hd_begin_record(w, HD_ALLOCATED);
  hd_put_varint(out, traces->allocation_count);
  hd_address previous = 0;
  for (uint32_t i = 0; i < traces->allocation_count; i++) {
    const int64_t step = (int64_t)(traces->allocations[i].object - previous) >> 3;
    hd_put_varint(out, (uint64_t)step << 1 ^ (uint64_t)(step >> 63));
    hd_put_varint(out, traces->allocations[i].site);
    previous = traces->allocations[i].object;
  }
  hd_end_record(w);
  traces->allocation_count = 0;
}

// The object in a block of memory; 0 if it has none.
static hd_address object_in(struct hd_walker* w, hd_address block, uint64_t size) {
  for (uint32_t header = 0; header <= kMaxHeader; header += kHeaderStep) {
    const hd_address object = block + header;
    if (!hd_is_found(&w->marks, object) || !hd_was_walked(w, object)) continue;
    const struct hd_type_info* const type = hd_known_type_info(w, hd_type_of(object));
    if (type && type->form != HD_FORM_INVALID && type->header_size == header && size >= header + 16)
      return object;
  }
  return 0;
}

static void read_entry(struct hd_walker* w, hd_address entry, uint64_t bucket, uint64_t buckets) {
  struct hd_traces* const traces = &w->traces;
  const struct hd_layout* const layout = w->layout;
  const uint64_t block = hd_word(entry + kEntryKey);
  const uint64_t hash = block >> 4 | block << 60;
  hd_address trace = entry + kEntryKey + 8;
  if (layout->table_key_size == HD_ABSENT) {
    trace = hd_word(entry + kEntryValue);
  } else if (hd_word(w->walk->traces + layout->table_key_size) == kDomainKey) {
    const uint32_t domain = hd_half(entry + kEntryKey + 8);
    if (domain) return;
    trace = entry + kEntryKey + kDomainKey;
  }
  const uint64_t size = hd_word(trace);
  if (hash != hd_word(entry + kEntryHash) || (hash & (buckets - 1)) != bucket || !hd_is_address(block) ||
      size >> 47) {
    traces->unread++;
    return;
  }
  if (layout->table_key_size == HD_ABSENT) {
    count_chunk(w, entry, kEntryValue + 8);
    count_chunk(w, trace, kTraceTraceback + 8);
  } else {
    count_chunk(w, entry, trace - entry + kTraceTraceback + 8);
  }
  const hd_address object = object_in(w, block, size);
  const int64_t site = site_of(w, hd_word(trace + kTraceTraceback));
  if (site == HD_NO_NUMBER) {
    traces->unread++;
    return;
  }
  if (!object) return;
  traces->allocations[traces->allocation_count].object = object;
  traces->allocations[traces->allocation_count].site = (uint32_t)site;
  if (++traces->allocation_count == HD_ALLOCATIONS) write_allocations(w);
}

static void read_buckets(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  struct hd_traces* const traces = &w->traces;
  const hd_address table = w->walk->traces;
  const uint64_t buckets = hd_word(table + w->layout->table_bucket_count);
  const hd_address first = hd_word(table + w->layout->table_buckets);
  // A chain that is a circle would have no end.
  const uint64_t limit = hd_word(table + w->layout->table_entries) + buckets;
  while (traces->bucket < buckets && traces->read < limit) {
    // Counted first: one that fails is left behind.
    const uint64_t bucket = traces->bucket++;
    if (!(bucket & 255)) hd_step(w);
    for (hd_address entry = hd_word(first + 8 * bucket); entry && traces->read < limit;
         entry = hd_word(entry)) {
      traces->read++;
      if (!hd_is_address(entry)) {
        traces->unread++;
        break;
      }
      read_entry(w, entry, bucket, buckets);
    }
  }
  if (traces->read >= limit && traces->bucket < buckets) traces->unread += buckets - traces->bucket;
  count_chunk(w, first, 8 * buckets);
}

static void finish(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  write_allocations(w);
  hd_put_meta_number(w, "tracemalloc_bytes", w->traces.bytes);
  hd_put_meta_number(w, "tracemalloc_chunks", w->traces.chunks);
  if (w->traces.unread) hd_put_meta_number(w, "tracemalloc_unread_traces", w->traces.unread);
}

void hd_write_traces(struct hd_walker* w) {
  w->current_type = 0;
  if (!w->walk->traces || w->status) return;
  int faults = 0;
  while (hd_attempt(w, read_buckets, 0)) {
    w->traces.unread++;
    if (w->status || ++faults == kMaxFaults) break;
  }
  if (!w->status) hd_attempt(w, finish, 0);
}
