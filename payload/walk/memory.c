#include "walk/memory.h"

#include "walk/output.h"

enum { kPage = 4096 };

const struct hd_memory_range* hd_memory_at(struct hd_walker* w, hd_address address) {
  const struct hd_memory_range* const ranges = (const struct hd_memory_range*)w->walk->memory;
  uint64_t low = 0, high = w->walk->memory_count;
  while (low < high) {
    const uint64_t middle = (low + high) / 2;
    if (address >= ranges[middle].end) {
      low = middle + 1;
    } else if (address < ranges[middle].start) {
      high = middle;
    } else {
      return &ranges[middle];
    }
  }
  return 0;
}

struct reading {
  struct hd_chunk_table* table;
  const struct hd_memory_range* range;
  int has_malloc;
  // Where what was found last ends.
  hd_address next;
};

static void write_heap(struct hd_walker* w, enum hd_malloc_kind kind, const struct hd_malloc_heap* heap) {
  struct hd_text* const out = hd_begin_record(w, HD_MALLOC);
  hd_text_put(out, (uint8_t)kind);
  hd_put_varint(out, heap->at);
  hd_put_varint(out, heap->size);
  hd_put_varint(out, heap->used);
  hd_put_varint(out, heap->free);
  hd_put_string(out, heap->problem ? heap->problem : "");
  hd_end_record(w);
}

static void read_anonymous(struct hd_walker* w, struct reading* reading) {
  const struct hd_memory_range* const range = reading->range;
  struct hd_malloc_heap mapped = {range->start, range->end - range->start, 0, 0, 0};
  hd_address at = reading->next > range->start ? reading->next : range->start;
  while (at < range->end) {
    hd_step(w);
    struct hd_malloc_heap heap;
    uint64_t size = 0;
    if (reading->has_malloc && hd_read_arena_heap(w, reading->table, at, range->run_end, &heap)) {
      write_heap(w, HD_MALLOC_ARENA, &heap);
      size = heap.size;
    }
    if (!size) size = hd_write_pool(w, at, range->run_end);
    if (!size && reading->has_malloc) {
      size = hd_read_mapped_chunk(w, reading->table, at, range->run_end);
      mapped.used += size;
    }
    at += size ? size : kPage;
    reading->next = at;
  }
  if (mapped.used) write_heap(w, HD_MALLOC_MAPPED, &mapped);
}

static void read_range(struct hd_walker* w, uint64_t argument) {
  struct reading* const reading = (struct reading*)argument;
  const struct hd_memory_range* const range = reading->range;
  if (range->kind == HD_MEMORY_BRK && reading->has_malloc) {
    struct hd_malloc_heap heap;
    hd_read_brk_heap(w, reading->table, range->start, range->end, &heap);
    write_heap(w, HD_MALLOC_BRK, &heap);
  } else if (range->kind == HD_MEMORY_ANONYMOUS) {
    read_anonymous(w, reading);
  }
}

static void allocate_table(struct hd_walker* w, uint64_t argument) {
  struct reading* const reading = (struct reading*)argument;
  reading->table = hd_allocate(w, sizeof *reading->table);
}

static void write_chunks(struct hd_walker* w, uint64_t argument) {
  hd_write_chunks(w, ((const struct reading*)argument)->table);
}

void hd_write_memory(struct hd_walker* w) {
  const struct hd_memory_range* const ranges = (const struct hd_memory_range*)w->walk->memory;
  struct reading reading = {0, 0, w->walk->has_glibc_malloc, 0};
  w->current_type = 0;
  uint32_t unread = 0;
  if (w->status || hd_attempt(w, allocate_table, (uint64_t)&reading)) return;
  for (uint64_t i = 0; i < w->walk->memory_count; i++) {
    reading.range = &ranges[i];
    // What is being mapped or unmapped just now.
    if (hd_attempt(w, read_range, (uint64_t)&reading)) unread++;
  }
  hd_attempt(w, write_chunks, (uint64_t)&reading);
  if (unread) hd_put_meta_numbers(w, "memory_unread", &unread, 1);
}
