// Which addresses were found to be objects: one bit for each 16 bytes of memory, in blocks of 1 MiB of
// addresses that exist where something was found.
#ifndef HEAPDUMP_WALK_MARKS_H
#define HEAPDUMP_WALK_MARKS_H

#include "walk/heap.h"

struct hd_walker;

enum {
  HD_BLOCK_BITS = 20,
  HD_BLOCK_WORDS = 1024,
  HD_REGION_BITS = 34,
  HD_REGION_BLOCKS = 1 << (HD_REGION_BITS - HD_BLOCK_BITS),
  HD_REGIONS = 1 << (47 - HD_REGION_BITS),
  HD_MARK_QUEUE = 32,
};

// What only some blocks have, allocated when first needed.
struct hd_block_extra {
  uint64_t odd[HD_BLOCK_WORDS];            // the object stands 8 bytes into the 16
  uint64_t generation[2][HD_BLOCK_WORDS];  // bits of generation + 1; 0: 2, or none
};

// Of names.h.
struct hd_block_names {
  uint64_t name[HD_BLOCK_WORDS];
  uint64_t aside[HD_BLOCK_WORDS];
};

struct hd_block {
  uint64_t found[HD_BLOCK_WORDS];
  uint64_t done[HD_BLOCK_WORDS];
  uint64_t dirty[HD_BLOCK_WORDS / 64];  // words that have bits found and not done
  hd_address base;
  struct hd_region* region;
  struct hd_block_extra* extra;
  struct hd_block_names* names;
};

struct hd_region {
  struct hd_block* blocks[HD_REGION_BLOCKS];
  uint64_t dirty[HD_REGION_BLOCKS / 64];
};

struct hd_marks {
  struct hd_region* regions[HD_REGIONS];
  // Marks are set a while after they were made, when the word that they are in has come into the cache.
  struct {
    struct hd_block* block;
    hd_address object;
  } queue[HD_MARK_QUEUE];
  uint32_t queue_head, queue_tail;
  hd_address last_base;
  struct hd_block* last;
};

struct hd_block* hd_new_block(struct hd_walker* w, hd_address address);
struct hd_block_extra* hd_block_extra(struct hd_walker* w, struct hd_block* block);
void hd_marks_start(struct hd_marks* marks);
void hd_mark_odd(struct hd_walker* w, struct hd_block* block, hd_address object);
// Sets the marks that wait.
void hd_flush_marks(struct hd_walker* w);
// An address that is not an object although lists lead there.
void hd_exclude(struct hd_walker* w, hd_address address);
void hd_set_generation(struct hd_walker* w, hd_address object, uint32_t generation);
// Whether objects were found in the same MiB.
int hd_is_near_objects(struct hd_walker* w, hd_address address);
// Whether it is the address of an object that was walked.
int hd_was_walked(struct hd_walker* w, hd_address address);
// The generation of a tracked object.
uint32_t hd_generation(struct hd_walker* w, hd_address object);

static inline uint32_t hd_granule(hd_address address) {
  return (uint32_t)(address >> 4) & (HD_BLOCK_WORDS * 64 - 1);
}

static inline void hd_mark_in(struct hd_walker* w, struct hd_block* block, hd_address object) {
  const uint32_t granule = hd_granule(object);
  const uint64_t bit = (uint64_t)1 << (granule & 63);
  uint64_t* const found = &block->found[granule >> 6];
  if (*found & bit) return;
  *found |= bit;
  uint64_t* const dirty = &block->dirty[granule >> 12];
  *dirty |= (uint64_t)1 << (granule >> 6 & 63);
  const uint32_t index = (uint32_t)(object >> HD_BLOCK_BITS) & (HD_REGION_BLOCKS - 1);
  block->region->dirty[index >> 6] |= (uint64_t)1 << (index & 63);
  if (__builtin_expect(object & 8, 0)) hd_mark_odd(w, block, object);
}

static inline struct hd_block* hd_block_of(struct hd_walker* w, struct hd_marks* marks, hd_address address) {
  const hd_address base = address & ~(((hd_address)1 << HD_BLOCK_BITS) - 1);
  if (base == marks->last_base) return marks->last;
  const struct hd_region* const region = marks->regions[address >> HD_REGION_BITS];
  struct hd_block* block = region ? region->blocks[address >> HD_BLOCK_BITS & (HD_REGION_BLOCKS - 1)] : 0;
  if (__builtin_expect(!block, 0)) block = hd_new_block(w, address);
  marks->last_base = base;
  marks->last = block;
  return block;
}

// The bits of the 64 objects that can stand in the KiB at `address`, a multiple of it.
static inline uint64_t hd_found_word(const struct hd_marks* marks, hd_address address) {
  const struct hd_region* const region =
      address >> HD_REGION_BITS < HD_REGIONS ? marks->regions[address >> HD_REGION_BITS] : 0;
  const struct hd_block* const block =
      region ? region->blocks[address >> HD_BLOCK_BITS & (HD_REGION_BLOCKS - 1)] : 0;
  return block ? block->found[hd_granule(address) >> 6] : 0;
}

static inline int hd_is_found(const struct hd_marks* marks, hd_address address) {
  return hd_found_word(marks, address) >> (hd_granule(address) & 63) & 1;
}

// `object` is an address (hd_is_address).
static inline void hd_mark(struct hd_walker* w, struct hd_marks* marks, hd_address object) {
  if (!HD_IS_COPY) {
    hd_met(object);
    return;
  }
  struct hd_block* const block = hd_block_of(w, marks, object);
  const uint32_t slot = marks->queue_head++ & (HD_MARK_QUEUE - 1);
  if (marks->queue_head - marks->queue_tail > HD_MARK_QUEUE) {
    marks->queue_tail++;
    hd_mark_in(w, marks->queue[slot].block, marks->queue[slot].object);
  }
  marks->queue[slot].block = block;
  marks->queue[slot].object = object;
  __builtin_prefetch(&block->found[hd_granule(object) >> 6], 1);
}

#endif
