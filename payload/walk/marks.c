#include "walk/walker.h"

void hd_marks_start(struct hd_marks* marks) { marks->last_base = 1; }

struct hd_block* hd_new_block(struct hd_walker* w, hd_address address) {
  struct hd_region** const region = &w->marks.regions[address >> HD_REGION_BITS];
  if (!*region) *region = hd_allocate(w, sizeof **region);
  struct hd_block* const block = hd_allocate(w, sizeof *block);
  block->base = address & ~(((hd_address)1 << HD_BLOCK_BITS) - 1);
  block->region = *region;
  (*region)->blocks[address >> HD_BLOCK_BITS & (HD_REGION_BLOCKS - 1)] = block;
  return block;
}

struct hd_block_extra* hd_block_extra(struct hd_walker* w, struct hd_block* block) {
  if (!block->extra) block->extra = hd_allocate(w, sizeof *block->extra);
  return block->extra;
}

void hd_mark_odd(struct hd_walker* w, struct hd_block* block, hd_address object) {
  const uint32_t granule = hd_granule(object);
  hd_block_extra(w, block)->odd[granule >> 6] |= (uint64_t)1 << (granule & 63);
}

void hd_flush_marks(struct hd_walker* w) {
  struct hd_marks* const marks = &w->marks;
  while (marks->queue_tail != marks->queue_head) {
    const uint32_t slot = marks->queue_tail++ & (HD_MARK_QUEUE - 1);
    hd_mark_in(w, marks->queue[slot].block, marks->queue[slot].object);
  }
}

void hd_exclude(struct hd_walker* w, hd_address address) {
  if (!hd_is_address(address)) return;
  struct hd_block* const block = hd_block_of(w, &w->marks, address);
  const uint32_t granule = hd_granule(address);
  block->found[granule >> 6] |= (uint64_t)1 << (granule & 63);
  block->done[granule >> 6] |= (uint64_t)1 << (granule & 63);
}

static const struct hd_block* known_block(struct hd_walker* w, hd_address address) {
  const struct hd_region* const region = w->marks.regions[address >> HD_REGION_BITS];
  return region ? region->blocks[address >> HD_BLOCK_BITS & (HD_REGION_BLOCKS - 1)] : 0;
}

int hd_is_near_objects(struct hd_walker* w, hd_address address) { return known_block(w, address) != 0; }

int hd_was_walked(struct hd_walker* w, hd_address address) {
  const struct hd_block* const block = known_block(w, address);
  if (!block) return 0;
  const uint32_t granule = hd_granule(address);
  const uint64_t bit = (uint64_t)1 << (granule & 63);
  const int odd = block->extra && block->extra->odd[granule >> 6] & bit;
  return (block->done[granule >> 6] & bit) && odd == ((address & 8) != 0);
}

void hd_set_generation(struct hd_walker* w, hd_address object, uint32_t generation) {
  struct hd_block_extra* const extra = hd_block_extra(w, hd_block_of(w, &w->marks, object));
  const uint32_t granule = hd_granule(object);
  const uint64_t bit = (uint64_t)1 << (granule & 63);
  const uint32_t code = generation == 2 ? 0 : generation == 3 ? 3 : generation + 1;
  for (int i = 0; i < 2; i++) {
    uint64_t* const word = &extra->generation[i][granule >> 6];
    *word = code >> i & 1 ? *word | bit : *word & ~bit;
  }
}

// Codes: 0 is the oldest generation, in which most are; 1 and 2 are generations 0 and 1; 3 is the permanent
// one.
uint32_t hd_generation(struct hd_walker* w, hd_address object) {
  const struct hd_block_extra* const extra = hd_block_of(w, &w->marks, object)->extra;
  if (!extra) return 2;
  const uint32_t granule = hd_granule(object);
  const uint32_t code = (uint32_t)(extra->generation[0][granule >> 6] >> (granule & 63) & 1) |
                        (uint32_t)(extra->generation[1][granule >> 6] >> (granule & 63) & 1) << 1;
  return code == 0 ? 2 : code == 3 ? 3 : code - 1;
}
