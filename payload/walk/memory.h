// What the process's memory is used for, besides by objects: the pools of pymalloc, the chunks of malloc.
#ifndef HEAPDUMP_WALK_MEMORY_H
#define HEAPDUMP_WALK_MEMORY_H

#include "walk/walker.h"

// Writes the records MALLOC, POOL and CHUNKS, when all objects are marked.
void hd_write_memory(struct hd_walker* w);

// The range of what is in memory that an address lies in; null if there is none, and to read there may wait
// for somebody (userfaultfd), or bring a page there.
const struct hd_memory_range* hd_memory_at(struct hd_walker* w, hd_address address);

// pools.c: writes the pool that begins at `at`; its size in bytes, or 0 if none does.
uint64_t hd_write_pool(struct hd_walker* w, hd_address at, hd_address end);

// chunks.c
enum { HD_CHUNK_SLOTS = 1 << 14 };
// Chunks that are alike: of one use, size and first word.
struct hd_chunks {
  uint64_t size;  // 0: of all sizes that the table has no room for
  hd_address first;
  uint64_t count, bytes;
  uint32_t use;  // enum hd_chunk_use
};
struct hd_chunk_table {
  struct hd_chunks slots[HD_CHUNK_SLOTS];
  struct hd_chunks others[HD_USES];
  uint32_t used;
};
// What a heap of malloc's has been found to hold, in bytes.
struct hd_malloc_heap {
  hd_address at;
  uint64_t size;
  uint64_t used, free;
  // Why it could not be read to its end; null if it was.
  const char* problem;
};
// The heap that sbrk gave, which a mapping from `start` to `end` holds.
void hd_read_brk_heap(struct hd_walker* w, struct hd_chunk_table* table, hd_address start, hd_address end,
                      struct hd_malloc_heap* heap);
// One of another arena, which begins at `at`; 0 if none does.
int hd_read_arena_heap(struct hd_walker* w, struct hd_chunk_table* table, hd_address at, hd_address end,
                       struct hd_malloc_heap* heap);
// A chunk with a mapping of its own, which begins at `at`; its size, or 0 if none does.
uint64_t hd_read_mapped_chunk(struct hd_walker* w, struct hd_chunk_table* table, hd_address at,
                              hd_address end);
void hd_write_chunks(struct hd_walker* w, const struct hd_chunk_table* table);

#endif
