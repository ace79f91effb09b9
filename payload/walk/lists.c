#include "walk/lists.h"

enum { kOldest = 2, kPermanent = 3, kMaxInterpreters = 4096 };
// A list longer than this is taken for a circle that never comes back to its head.
static const uint64_t kMaxFollowed = (uint64_t)1 << 28;

static hd_address head_of(struct hd_walker* w, hd_address interpreter, int i) {
  const struct hd_layout* const layout = w->layout;
  if (layout->gc_list[i] == HD_ABSENT) return 0;
  return (layout->gc_in_runtime ? w->walk->runtime : interpreter) + layout->gc_list[i];
}

void hd_exclude_list_heads(struct hd_walker* w, uint64_t interpreter) {
  for (int k = 0; k < kMaxInterpreters && hd_is_address(interpreter); k++) {
    for (int i = 0; i < HD_GC_LISTS; i++) {
      const hd_address head = head_of(w, interpreter, i);
      if (head) hd_exclude(w, head + 16);
    }
    interpreter = hd_word(interpreter + w->layout->interpreter_next);
  }
}

int hd_on_stack(struct hd_walker* w, hd_address address) {
  const struct hd_range* const stacks = (const struct hd_range*)w->walk->stacks;
  uint64_t low = 0, high = w->walk->stack_count;
  while (low < high) {
    const uint64_t middle = (low + high) / 2;
    if (address >= stacks[middle].end) {
      low = middle + 1;
    } else if (address < stacks[middle].start) {
      high = middle;
    } else {
      return 1;
    }
  }
  return 0;
}

static hd_address object_link_at(struct hd_walker* w, hd_address at) {
  const hd_address next = hd_link_at(at);
  return hd_is_address(next) && !hd_on_stack(w, next) ? next : 0;
}

static void mark_end(struct hd_walker* w, hd_address head, hd_address end) {
  if (end && end != head) hd_mark(w, &w->marks, end + 16);
}

static void follow(struct hd_walker* w, hd_address head,
                   void (*each)(struct hd_walker*, hd_address object, uint32_t generation),
                   uint32_t generation) {
  hd_address at = object_link_at(w, head);
  for (uint64_t i = 0; at && at != head && i < kMaxFollowed; i++) {
    each(w, at + 16, generation);
    if (i % 1024 == 0) hd_step(w);
    at = object_link_at(w, at);
  }
}

static void mark_of_generation(struct hd_walker* w, hd_address object, uint32_t generation) {
  w->frozen += generation == kPermanent;
  hd_mark(w, &w->marks, object);
  hd_set_generation(w, object, generation);
}

static void mark(struct hd_walker* w, hd_address object, uint32_t unused) {
  (void)unused;
  hd_mark(w, &w->marks, object);
}

static void check(struct hd_walker* w, hd_address object, uint32_t unused) {
  (void)unused;
  const struct hd_block* const block = hd_block_of(w, &w->marks, object);
  const uint32_t granule = hd_granule(object);
  const hd_address type = hd_type_of(object);
  if (hd_word(object) == 0) return;  // It is being freed.
  if (!(block->done[granule >> 6] >> (granule & 63) & 1) || !hd_is_address(type) ||
      hd_type_info_for(w, type)->form == HD_FORM_INVALID)
    w->unread_members++;
}

static void for_each_member(struct hd_walker* w, void (*each)(struct hd_walker*, hd_address, uint32_t)) {
  hd_address interpreter = hd_word(w->walk->runtime + w->layout->runtime_interpreters);
  for (int k = 0; k < kMaxInterpreters && hd_is_address(interpreter); k++) {
    for (int i = 0; i < HD_GC_LISTS; i++) {
      const hd_address head = head_of(w, interpreter, i);
      if (head) follow(w, head, each, 0);
    }
    interpreter = hd_word(interpreter + w->layout->interpreter_next);
  }
  for (uint32_t i = 0; i < w->stack_list_count; i++) follow(w, w->stack_lists[i], each, 0);
}

void hd_mark_lists(struct hd_walker* w, uint64_t interpreter) {
  w->frozen = 0;
  for (int i = 0; i < HD_GC_LISTS; i++) {
    const hd_address head = head_of(w, interpreter, i);
    if (!head) continue;
    mark_end(w, head, object_link_at(w, head));
    mark_end(w, head, object_link_at(w, head + 8));
    hd_count_link(w, head, hd_link_at(head));
    if (w->layout->gc_generation[i] != kOldest)
      follow(w, head, mark_of_generation, w->layout->gc_generation[i]);
  }
}

static uint64_t mixed(hd_address address) {
  const uint64_t x = (address ^ address >> 17) * 0x9e3779b97f4a7c15ull;
  return x ^ x >> 29;
}

void hd_count_link(struct hd_walker* w, hd_address member, hd_address next) {
  w->links += mixed(member) - mixed(next);
}

void hd_count_stack_list(struct hd_walker* w, hd_address head) {
  for (uint32_t i = 0; i < w->stack_list_count; i++) {
    if (w->stack_lists[i] == head) return;
  }
  if (w->stack_list_count == HD_STACK_LISTS) return;
  w->stack_lists[w->stack_list_count++] = head;
  hd_count_link(w, head, hd_link_at(head));
}

void hd_follow_lists(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  for_each_member(w, mark);
}

void hd_check_lists(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  for_each_member(w, check);
}
