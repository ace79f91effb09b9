// The pools of pymalloc (Objects/obmalloc.c): their header, and with it all checks, is the same from 3.8
// to 3.14.
#include "walk/memory.h"
#include "walk/output.h"

enum {
  kUsed = 0,
  kFreeBlock = 8,
  kSizeClass = 36,
  kNextOffset = 40,
  kMaxNextOffset = 44,
  kOverhead = 48,
  kSizeClasses = 32,
  kAlignment = 16,
  kSmall = 4 << 10,   // up to 3.9
  kLarge = 16 << 10,  // from 3.10 on
};

static uint32_t objects_in(struct hd_walker* w, hd_address at, uint64_t size) {
  uint32_t count = 0;
  for (uint64_t word = 0; word < size >> 10; word++) {
    for (uint64_t bits = hd_found_word(&w->marks, at + (word << 10)); bits; bits &= bits - 1) count++;
  }
  return count;
}

// The free blocks are a list through their first words, as long as the header's numbers say.
static int has_free_blocks(hd_address pool, uint64_t size, uint32_t count) {
  hd_address block = hd_word(pool + kFreeBlock);
  while (block && count > 0) {
    if (block - pool - kOverhead >= size - kOverhead || block % kAlignment) return 0;
    block = hd_word(block);
    count--;
  }
  return !block && count == 0;
}

uint64_t hd_write_pool(struct hd_walker* w, hd_address at, hd_address end) {
  const uint32_t class = hd_half(at + kSizeClass);
  if (class >= kSizeClasses) return 0;
  const uint32_t block = (class + 1) * kAlignment;
  const uint64_t size = (uint64_t)hd_half(at + kMaxNextOffset) + block;
  if ((size != kSmall && size != kLarge) || at & (size - 1) || end - at < size) return 0;
  const uint32_t next = hd_half(at + kNextOffset);
  if (next < kOverhead + block || next > size || (next - kOverhead) % block) return 0;
  const uint32_t carved = (next - kOverhead) / block;
  const uint32_t used = hd_half(at + kUsed);
  if (used > carved || !has_free_blocks(at, size, carved - used)) return 0;
  struct hd_text* const out = hd_begin_record(w, HD_POOL);
  hd_put_varint(out, at);
  hd_put_varint(out, size);
  hd_put_varint(out, block);
  hd_put_varint(out, carved);
  hd_put_varint(out, used);
  hd_put_varint(out, objects_in(w, at, size));
  hd_end_record(w);
  return size;
}
