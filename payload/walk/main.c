// A walk from its first record to its last.
#include "walk/collected.h"
#include "walk/contents.h"
#include "walk/image_data.h"
#include "walk/lists.h"
#include "walk/memory.h"
#include "walk/names.h"
#include "walk/output.h"
#include "walk/owned.h"
#include "walk/roots.h"
#include "walk/start.h"
#include "walk/suspended.h"
#include "walk/sweep.h"
#include "walk/walker.h"

static void put_count(struct hd_text* out, uint32_t count, const char* what) {
  if (!count) return;
  hd_text_put_string(out, out->bytes[out->length - 1] == ':' ? " " : ", ");
  hd_text_put_decimal(out, count);
  hd_text_put_string(out, what);
}

// How many members of the collector's lists were not read: a dump that has lost some is not complete.
static void write_unread_members(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  if (w->lists_failed) {
    hd_put_meta(w, "unread_members", "unknown");
  } else if (w->unread_members) {
    hd_put_meta_numbers(w, "unread_members", &w->unread_members, 1);
  }
}

// `skipped`: what was left out, by type.
static void write_skipped(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  uint8_t bytes[8192];
  struct hd_text text = {bytes, 0, sizeof bytes - 1, 0};
  for (uint32_t i = 0; i < w->types.capacity; i++) {
    const struct hd_type_info* const type = w->types.slots[i].info;
    if (!type || !(type->faults | type->hangs | type->unreadable | type->not_asked)) continue;
    if (text.length) hd_text_put_string(&text, "; ");
    hd_put_type_label(w, &text, type->address);
    hd_text_put(&text, ':');
    put_count(&text, type->faults, " faults");
    put_count(&text, type->hangs, " hangs");
    put_count(&text, type->unreadable, " unreadable");
    put_count(&text, type->not_asked, " not asked");
  }
  if (!text.length) return;
  bytes[text.length] = 0;
  hd_put_meta(w, "skipped", (const char*)bytes);
}

static void sweep(struct hd_walker* w) {
  while (!w->status && hd_attempt(w, hd_sweep, 0)) continue;
}

__attribute__((noreturn)) void hd_main(struct hd_walk* walk) {
  struct hd_walker* const w = (struct hd_walker*)walk->arena.start;
  walk->arena_used = (sizeof *w + 63) & ~(uint64_t)63;
  if (walk->arena_used > walk->arena_mapped - walk->arena.start) hd_exit(1);
  w->walk = walk;
  if (hd_attempt(w, hd_start, 0)) hd_exit(1);
  hd_find_roots(w);
  sweep(w);
  // An object whose type says that it is not the collector's for now, as a greenlet's does, leads to nobody.
  if (w->links && !w->status) {
    hd_attempt(w, hd_follow_lists, 0);
    sweep(w);
    w->lists_failed = hd_attempt(w, hd_check_lists, 0);
  }
  hd_find_in_image_data(w);
  sweep(w);
  while (walk->only_names && !w->status && hd_attempt(w, hd_write_strs, 0)) continue;
  hd_write_image_data(w);
  hd_flush(w);
  hd_attempt(w, hd_write_suspensions, 0);
  const int lost = hd_attempt(w, hd_write_finalized, 0) | hd_attempt(w, hd_write_all_unreported, 0);
  if (!lost) hd_put_meta(w, "collection", "known");
  hd_attempt(w, hd_write_type_memory, 0);
  hd_write_traces(w);
  hd_write_memory(w);
  hd_attempt(w, write_skipped, 0);
  hd_attempt(w, write_unread_members, 0);
  hd_write_end(w, w->status ? w->status : "ok");
  hd_flush(w);
  hd_exit(0);
}
