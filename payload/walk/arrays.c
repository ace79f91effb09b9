#include "walk/arrays.h"

enum {
  kData = 16,
  kDimensionCount = 24,
  kDimensions = 32,
  kFlags = 64,
  kOwnsData = 4,
  kMaxDimensions = 64,
  kKind = 24,  // PyArray_Descr
};

static uint64_t element_count(hd_address array) {
  const uint32_t dimensions = hd_half(array + kDimensionCount);
  if (dimensions > kMaxDimensions) return 0;
  const hd_address sizes = hd_word(array + kDimensions);
  uint64_t count = 1;
  for (uint32_t i = 0; i < dimensions; i++) count *= hd_word(sizes + 8 * i);
  return count;
}

static uint64_t element_size(hd_address dtype) {
  // numpy 1: int elsize, int alignment, which is never 0; numpy 2: 64 bits of flags, of which the upper half
  // is not used, then npy_intp elsize.
  return hd_half(dtype + 36) == 0 ? hd_word(dtype + 40) : hd_half(dtype + 32);
}

static int owns_data(hd_address array) { return hd_half(array + kFlags) & kOwnsData; }

uint64_t hd_array_size(hd_address array) {
  uint64_t size = 16 * (uint64_t)hd_half(array + kDimensionCount);
  if (owns_data(array)) size += element_count(array) * element_size(hd_word(array + HD_ARRAY_DTYPE));
  return size;
}

void hd_open_array(struct hd_walker* w, hd_address array) {
  struct hd_tail* const tail = &w->tail;
  tail->form = HD_TAIL_NONE;
  const hd_address dtype = hd_word(array + HD_ARRAY_DTYPE);
  if (!hd_is_address(dtype) || hd_byte(dtype + kKind) != 'O' || !owns_data(array)) return;
  tail->form = HD_TAIL_WORDS;
  tail->at = hd_word(array + kData);
  tail->count = element_count(array);
  tail->position = 0;
  tail->width = 1;
}
