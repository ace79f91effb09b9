#include "walk/arrays.h"

#include "walk/contents.h"

enum {
  kData = 16,
  kDimensionCount = 24,
  kDimensions = 32,
  kFlags = 64,
  kOwnsData = 4,
  kMaxDimensions = 64,
  // PyArray_Descr
  kScalarType = 16,
  kKind = 24,
  kMaxBases = 8,
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

static uint64_t data_size(hd_address array) {
  return element_count(array) * element_size(hd_word(array + HD_ARRAY_DTYPE));
}

static int owns_data(hd_address array) { return hd_half(array + kFlags) & kOwnsData; }

uint64_t hd_array_size(hd_address array) {
  uint64_t size = 16 * (uint64_t)hd_half(array + kDimensionCount);
  if (owns_data(array)) size += data_size(array);
  return size;
}

int hd_holds_texts(hd_address array) { return hd_byte(hd_word(array + HD_ARRAY_DTYPE) + kKind) == 'T'; }

// The array whose data a view shows; 0 if it is no array's.
static hd_address viewed(struct hd_walker* w, hd_address array) {
  hd_address base = hd_word(array + HD_ARRAY_BASE), found = 0;
  for (int i = 0; i < kMaxBases && hd_is_address(base); i++) {
    const struct hd_type_info* const type = hd_known_type_info(w, hd_type_of(base));
    if (!type || type->form != HD_FORM_ARRAY) break;
    found = base;
    base = hd_word(base + HD_ARRAY_BASE);
  }
  return found;
}

void hd_put_array(struct hd_walker* w, struct hd_text* text, hd_address array) {
  const hd_address scalar = hd_word(hd_word(array + HD_ARRAY_DTYPE) + kScalarType);
  hd_put_type_name(w, text, scalar);
  hd_text_put_string(text, " (");
  const uint32_t dimensions = hd_half(array + kDimensionCount);
  const hd_address sizes = hd_word(array + kDimensions);
  for (uint32_t i = 0; i < dimensions && i < kMaxDimensions; i++) {
    if (i) hd_text_put_string(text, ", ");
    hd_text_put_decimal(text, hd_word(sizes + 8 * i));
  }
  hd_text_put_string(text, dimensions == 1 ? ",)" : ")");
  const hd_address base = viewed(w, array);
  if (!base) return;
  hd_text_put_string(text, ", ");
  hd_text_put_decimal(text, data_size(array));
  hd_text_put_string(text, " of ");
  hd_text_put_decimal(text, data_size(base));
  hd_text_put_string(text, " bytes");
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
