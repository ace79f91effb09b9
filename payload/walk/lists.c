#include "walk/lists.h"

enum { kFlags = 3, kOldest = 2, kMaxInterpreters = 4096 };
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

static hd_address link_at(struct hd_walker* w, hd_address at) {
  const hd_address next = hd_word(at) & ~(uint64_t)kFlags;
  return hd_is_address(next) && !hd_on_stack(w, next) ? next : 0;
}

static void mark_end(struct hd_walker* w, hd_address head, hd_address end) {
  if (end && end != head) hd_mark(w, &w->marks, end + 16);
}

static void follow(struct hd_walker* w, hd_address head, uint32_t generation) {
  hd_address at = link_at(w, head);
  for (uint64_t i = 0; at && at != head && i < kMaxFollowed; i++) {
    hd_mark(w, &w->marks, at + 16);
    hd_set_generation(w, at + 16, generation);
    if (i % 1024 == 0) hd_step(w);
    at = link_at(w, at);
  }
}

void hd_mark_lists(struct hd_walker* w, uint64_t interpreter) {
  for (int i = 0; i < HD_GC_LISTS; i++) {
    const hd_address head = head_of(w, interpreter, i);
    if (!head) continue;
    mark_end(w, head, link_at(w, head));
    mark_end(w, head, link_at(w, head + 8));
    if (w->layout->gc_generation[i] != kOldest) follow(w, head, w->layout->gc_generation[i]);
  }
}
