// The chunks of glibc's malloc (malloc/malloc.c), without its symbols: they follow each other by their sizes,
// up to the end of their heap. What lies in the caches of threads, and in fast bins, looks as if it were
// used.
#include "walk/memory.h"
#include "walk/output.h"

enum {
  kHeader = 16,
  kSmallest = 32,
  kPreviousInUse = 1,
  kMapped = 2,
  kFlags = 7,
  // Of another arena than the main one.
  kHeapAlignment = 64 << 20,
  kFirstState = 0x20,
  kLastState = 0x40,
  // struct malloc_state, from glibc 2.26 on.
  kStateSize = 2200,
  // M_MMAP_THRESHOLD is not less unless a program makes it so.
  kSmallestMapped = 128 << 10,
  kPage = 4096,
  // Sizes above are counted in steps of an eighth.
  kExactSizes = 64 << 10,
};

static uint64_t size_class(uint64_t size) {
  if (size <= kExactSizes) return size;
  const uint64_t step = (uint64_t)1 << (60 - __builtin_clzll(size));
  return (size + step - 1) & ~(step - 1);
}

// An object stands at the start of its memory, or behind one of the headers that CPython puts before it.
static int has_object(struct hd_walker* w, hd_address memory) {
  return hd_is_found(&w->marks, memory) || hd_is_found(&w->marks, memory + 16) ||
         hd_is_found(&w->marks, memory + 32);
}

static struct hd_chunks* slot_of(struct hd_chunk_table* table, uint32_t use, uint64_t size,
                                 hd_address first) {
  uint64_t at = (size * 31 + first + use) * 0x9E3779B97F4A7C15ull >> 50;
  for (;; at = (at + 1) & (HD_CHUNK_SLOTS - 1)) {
    struct hd_chunks* const slot = &table->slots[at];
    if (slot->count && slot->size == size && slot->first == first && slot->use == use) return slot;
    if (slot->count) continue;
    if (table->used > HD_CHUNK_SLOTS / 4 * 3) return &table->others[use];
    table->used++;
    *slot = (struct hd_chunks){size, first, 0, 0, use};
    return slot;
  }
}

static void count(struct hd_chunk_table* table, uint32_t use, uint64_t size, hd_address first) {
  struct hd_chunks* const slot = slot_of(table, use, size_class(size), first);
  slot->count++;
  slot->bytes += size;
}

static void count_used(struct hd_walker* w, struct hd_chunk_table* table, hd_address chunk, uint64_t size) {
  const hd_address memory = chunk + kHeader;
  if (has_object(w, memory)) {
    count(table, HD_USE_OBJECT, size, 0);
    return;
  }
  const hd_address first = hd_word(memory);
  const struct hd_memory_range* const range = hd_memory_at(w, first);
  count(table, HD_USE_OTHER, size, range && range->kind == HD_MEMORY_FILE ? first : 0);
}

// From chunk to chunk up to `end`. Without a table, whether that can be done.
static const char* follow(struct hd_walker* w, struct hd_chunk_table* table, hd_address at, hd_address end,
                          struct hd_malloc_heap* heap) {
  while (end - at > kHeader) {
    hd_step(w);
    const uint64_t head = hd_word(at + 8);
    const uint64_t size = head & ~(uint64_t)kFlags;
    if (head & kMapped || size < kHeader || size % kHeader || size > end - at) return "a chunk's size";
    const hd_address next = at + size;
    if (next == end) {
      // The top, which grows.
      if (table) count(table, HD_USE_FREE, size, 0);
      heap->free += size;
      return 0;
    }
    if (size == kHeader) {
      // A fence, at the end of a heap that another one continues.
      if (end - next != kHeader) return "a chunk's size";
      return 0;
    }
    if (size < kSmallest || end - next < kHeader) return "a chunk's size";
    if (hd_word(next + 8) & kPreviousInUse) {
      heap->used += size;
      if (table) count_used(w, table, at, size);
    } else {
      if (hd_word(next) != size) return "a free chunk's size";
      heap->free += size;
      if (table) count(table, HD_USE_FREE, size, 0);
    }
    at = next;
  }
  return end - at == kHeader && !(hd_word(at + 8) & ~(uint64_t)kFlags) ? 0 : "the last chunk's size";
}

static void read_heap(struct hd_walker* w, struct hd_chunk_table* table, hd_address first,
                      struct hd_malloc_heap* heap) {
  heap->problem = follow(w, 0, first, heap->at + heap->size, heap);
  if (heap->problem) return;
  heap->used = heap->free = 0;
  follow(w, table, first, heap->at + heap->size, heap);
}

void hd_read_brk_heap(struct hd_walker* w, struct hd_chunk_table* table, hd_address start, hd_address end,
                      struct hd_malloc_heap* heap) {
  *heap = (struct hd_malloc_heap){start, end - start, 0, 0, 0};
  read_heap(w, table, start, heap);
}

int hd_read_arena_heap(struct hd_walker* w, struct hd_chunk_table* table, hd_address at, hd_address end,
                       struct hd_malloc_heap* heap) {
  if (at % kHeapAlignment || end - at < kPage) return 0;
  // struct heap_info: the arena, the heap before, the size in use, the size that is accessible.
  const hd_address arena = hd_word(at), before = hd_word(at + 8);
  const uint64_t size = hd_word(at + 16), accessible = hd_word(at + 24);
  if (size < kPage || size % kPage || size > accessible || accessible > kHeapAlignment || size > end - at)
    return 0;
  const int is_first = arena - at >= kFirstState && arena - at <= kLastState;
  if (is_first ? before != 0 : !before || before % kHeapAlignment || arena % kHeapAlignment > kLastState)
    return 0;
  *heap = (struct hd_malloc_heap){at, size, 0, 0, 0};
  if (is_first) {
    read_heap(w, table, (arena + kStateSize + 15) & ~(uint64_t)15, heap);
  } else {
    for (hd_address first = at + kFirstState; first <= at + kLastState; first += kHeader) {
      heap->used = heap->free = 0;
      read_heap(w, table, first, heap);
      if (!heap->problem) break;
    }
  }
  return 1;
}

uint64_t hd_read_mapped_chunk(struct hd_walker* w, struct hd_chunk_table* table, hd_address at,
                              hd_address end) {
  const uint64_t head = hd_word(at + 8);
  const uint64_t size = head & ~(uint64_t)kFlags;
  if (hd_word(at) || (head & kFlags) != kMapped || size < kSmallestMapped || size % kPage || size > end - at)
    return 0;
  count_used(w, table, at, size);
  return size;
}

static void write(struct hd_walker* w, const struct hd_chunks* chunks) {
  if (!chunks->count) return;
  struct hd_text* const out = hd_begin_record(w, HD_CHUNKS);
  hd_text_put(out, (uint8_t)chunks->use);
  hd_put_varint(out, chunks->size);
  hd_put_varint(out, chunks->first);
  hd_put_varint(out, chunks->count);
  hd_put_varint(out, chunks->bytes);
  hd_end_record(w);
}

void hd_write_chunks(struct hd_walker* w, const struct hd_chunk_table* table) {
  for (uint32_t i = 0; i < HD_CHUNK_SLOTS; i++) write(w, &table->slots[i]);
  for (uint32_t i = 0; i < HD_USES; i++) {
    struct hd_chunks others = table->others[i];
    others.use = i;
    write(w, &others);
  }
}
