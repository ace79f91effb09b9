#include "walk/names.h"

#include "walk/contents.h"
#include "walk/dicts.h"
#include "walk/objects.h"

static struct hd_block_names* names_of(struct hd_walker* w, struct hd_block* block) {
  if (!block->names) block->names = hd_allocate(w, sizeof *block->names);
  return block->names;
}

static void set(uint64_t* bits, hd_address address) {
  const uint32_t granule = hd_granule(address);
  bits[granule >> 6] |= (uint64_t)1 << (granule & 63);
}

void hd_add_name(struct hd_walker* w, hd_address str) {
  if (!hd_is_address(str) || hd_type_of(str) != w->walk->types.str) return;
  if (!hd_could_be_identifier(w, str)) return;
  set(names_of(w, hd_block_of(w, &w->marks, str))->name, str);
}

void hd_add_names(struct hd_walker* w, hd_address dict) {
  if (!hd_is_a(w, dict, HD_DICT_SUBCLASS)) return;
  const hd_address keys_at = hd_word(dict + w->layout->dict_keys);
  if (!keys_at) return;
  const struct hd_dict_keys keys = hd_read_keys(w->layout, keys_at);
  for (uint64_t i = 0; i < keys.count; i++) {
    hd_step(w);
    hd_add_name(w, hd_key(&keys, i));
  }
}

void hd_add_names_of(struct hd_walker* w, hd_address object) {
  const int64_t offset = w->type->dict_offset;
  const hd_address dict = offset > 0 ? hd_word(object + (uint64_t)offset) : 0;
  // Of a dict that is its own __dict__ the keys are data.
  if (dict && dict != object) hd_add_names(w, dict);
}

int hd_shows_content(struct hd_walker* w, hd_address object) {
  if (w->type->content != HD_CONTENT_STR)
    return w->type->content == HD_CONTENT_NONE_OBJECT || hd_names_code(w->type);
  const struct hd_block_names* const names = hd_block_of(w, &w->marks, object)->names;
  const uint32_t granule = hd_granule(object);
  return names && names->name[granule >> 6] >> (granule & 63) & 1;
}

int hd_put_aside(struct hd_walker* w, hd_address str) {
  if (w->writes_strs) return 0;
  struct hd_block* const block = hd_block_of(w, &w->marks, str);
  set(names_of(w, block)->aside, str);
  return 1;
}

static void write_of_block(struct hd_walker* w, struct hd_block* block) {
  for (uint32_t i = 0; i < HD_BLOCK_WORDS; i++) {
    uint64_t* const left = &block->names->aside[i];
    while (*left) {
      const uint64_t bit = *left & -*left;
      // Counted first: one that fails is left behind.
      *left &= ~bit;
      hd_address str = block->base + ((((uint64_t)i << 6) + (uint32_t)__builtin_ctzll(bit)) << 4);
      if (block->extra && block->extra->odd[i] & bit) str += 8;
      hd_walk_object(w, str);
    }
  }
}

void hd_write_strs(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  w->writes_strs = 1;
  for (uint32_t i = 0; i < HD_REGIONS; i++) {
    const struct hd_region* const region = w->marks.regions[i];
    for (uint32_t k = 0; region && k < HD_REGION_BLOCKS; k++) {
      if (region->blocks[k] && region->blocks[k]->names) write_of_block(w, region->blocks[k]);
    }
  }
}
