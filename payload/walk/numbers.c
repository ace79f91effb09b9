#include "walk/numbers.h"

#include "walk/walker.h"

enum { kSpare = 1 << 20 };

static struct hd_number* slot_in(struct hd_number* slots, uint32_t capacity, hd_address address) {
  uint32_t at = hd_hash(address, capacity);
  while (slots[at].address && slots[at].address != address) at = (at + 1) & (capacity - 1);
  return &slots[at];
}

int hd_make_room(struct hd_walker* w, struct hd_numbers* numbers) {
  if (numbers->count < numbers->capacity / 4 * 3) return 1;
  const uint32_t capacity = numbers->capacity ? numbers->capacity * 4 : HD_MIN_NUMBERED;
  const uint64_t size = capacity * sizeof *numbers->slots;
  const uint64_t left = w->walk->arena.end - w->walk->arena.start - w->walk->arena_used;
  if (capacity > HD_MAX_NUMBERED || left < size + kSpare) return 0;
  struct hd_number* const slots = hd_allocate(w, size);
  for (uint32_t i = 0; i < numbers->capacity; i++) {
    const struct hd_number one = numbers->slots[i];
    if (one.address) *slot_in(slots, capacity, one.address) = one;
  }
  numbers->slots = slots;
  numbers->capacity = capacity;
  return 1;
}

int64_t hd_number_of(const struct hd_numbers* numbers, hd_address address) {
  if (!numbers->capacity) return HD_NO_NUMBER;
  const struct hd_number* const slot = slot_in(numbers->slots, numbers->capacity, address);
  return slot->address ? (int64_t)slot->number : HD_NO_NUMBER;
}

uint32_t hd_add_number(struct hd_numbers* numbers, hd_address address) {
  *slot_in(numbers->slots, numbers->capacity, address) = (struct hd_number){address, numbers->count};
  return numbers->count++;
}
