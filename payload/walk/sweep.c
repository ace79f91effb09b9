#include "walk/sweep.h"

#include "walk/objects.h"

// By the time that an object is in the middle of the ring its header is in the cache; what it points to is
// needed next.
static inline void prefetch_body(struct hd_walker* w, hd_address object) {
  const hd_address type = hd_type_of(object);
  const struct hd_types* const known = &w->walk->types;
  if (type == known->dict) {
    const char* const keys = (const char*)hd_word(object + w->layout->dict_keys);
    __builtin_prefetch(keys);
    __builtin_prefetch(keys + 64);
    __builtin_prefetch(keys + 128);
  } else if (type == known->list) {
    __builtin_prefetch((const char*)hd_word(object + w->layout->list_items));
  } else if (w->managed_pointer && hd_word(type + w->layout->type_flags) & w->layout->flag_managed_dict) {
    __builtin_prefetch((const char*)hd_word(object + (uint64_t)w->managed_pointer));
  }
}

static void walk_next(struct hd_walker* w) {
  // Counted first: one that fails is left behind.
  hd_walk_object(w, w->ring[w->ring_tail++ & (HD_RING - 1)]);
}

static void walk_all(struct hd_walker* w) {
  while (w->ring_tail != w->ring_head) walk_next(w);
}

static void enter(struct hd_walker* w, hd_address object) {
  // From the header that stands before it to the first words behind its own.
  __builtin_prefetch((const char*)object - w->before_object);
  __builtin_prefetch((const char*)object + 24);
  w->ring[w->ring_head++ & (HD_RING - 1)] = object;
  const uint32_t waiting = w->ring_head - w->ring_tail;
  if (waiting > HD_RING / 2) prefetch_body(w, w->ring[(w->ring_head - HD_RING / 2 - 1) & (HD_RING - 1)]);
  if (waiting == HD_RING) walk_next(w);
}

static void sweep_word(struct hd_walker* w, struct hd_block* block, uint32_t i) {
  uint64_t new_bits;
  while ((new_bits = block->found[i] & ~block->done[i])) {
    const uint64_t bit = new_bits & -new_bits;
    block->done[i] |= bit;
    hd_address object = block->base + ((((uint64_t)i << 6) + (uint32_t)__builtin_ctzll(new_bits)) << 4);
    if (__builtin_expect(block->extra != 0, 0) && block->extra->odd[i] & bit) object += 8;
    enter(w, object);
  }
}

static void sweep_block(struct hd_walker* w, struct hd_block* block) {
  for (uint32_t k = 0; k < HD_BLOCK_WORDS / 64; k++) {
    uint64_t dirty;
    while ((dirty = block->dirty[k])) {
      const uint32_t bit = (uint32_t)__builtin_ctzll(dirty);
      block->dirty[k] &= dirty - 1;
      w->swept_word = k << 6 | bit;
      sweep_word(w, block, k << 6 | bit);
    }
  }
}

static int sweep_region(struct hd_walker* w, struct hd_region* region) {
  int found = 0;
  for (uint32_t k = 0; k < HD_REGION_BLOCKS / 64; k++) {
    uint64_t dirty;
    while ((dirty = region->dirty[k])) {
      const uint32_t bit = (uint32_t)__builtin_ctzll(dirty);
      found = 1;
      region->dirty[k] &= dirty - 1;
      w->swept_region = region;
      w->swept_block = k << 6 | bit;
      sweep_block(w, region->blocks[k << 6 | bit]);
    }
  }
  return found;
}

// If a sweep failed, there may be more in the word that it was at.
static void resume(struct hd_walker* w) {
  struct hd_region* const region = w->swept_region;
  if (!region) return;
  const uint32_t block = w->swept_block, word = w->swept_word;
  region->dirty[block >> 6] |= 1ull << (block & 63);
  region->blocks[block]->dirty[word >> 6] |= 1ull << (word & 63);
}

void hd_sweep(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  int found;
  resume(w);
  do {
    walk_all(w);
    hd_flush_marks(w);
    found = 0;
    for (uint32_t i = 0; i < HD_REGIONS; i++) {
      if (w->marks.regions[i]) found |= sweep_region(w, w->marks.regions[i]);
    }
  } while (found);
}
