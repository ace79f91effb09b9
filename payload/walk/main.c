// A walk from its first record to its last.
#include "walk/collected.h"
#include "walk/contents.h"
#include "walk/dicts.h"
#include "walk/fields.h"
#include "walk/image_data.h"
#include "walk/lists.h"
#include "walk/memory.h"
#include "walk/names.h"
#include "walk/output.h"
#include "walk/owned.h"
#include "walk/roots.h"
#include "walk/shapes.h"
#include "walk/suspended.h"
#include "walk/sweep.h"
#include "walk/walker.h"

struct attempt {
  struct hd_walker* w;
  void (*body)(struct hd_walker*, uint64_t);
  uint64_t argument;
};

static void run(void* argument) {
  const struct attempt* const attempt = argument;
  attempt->body(attempt->w, attempt->argument);
}

static void record_failure(struct hd_walker* w, uint32_t phase, int failure) {
  struct hd_type_info* const type = w->current_type;
  if (w->examined || !type) return;
  if (phase != HD_WALK_FOREIGN) {
    type->unreadable++;
    return;
  }
  // Once more, without tp_traverse: the words of it that have names are known, and what was reported until
  // then.
  if (w->walk->object != w->failed_traverse && !w->stream_left && w->ring_tail) {
    w->failed_traverse = w->walk->object;
    if (w->visited_count > HD_MAX_REFERENCES) w->visited_count = HD_MAX_REFERENCES;
    w->ring_tail--;
  }
  if (failure == HD_WALK_HANG) {
    type->hangs++;
  } else {
    type->faults++;
  }
  if (type->hangs > 0 || type->faults >= HD_MAX_FAULTS) {
    type->traverse = 0;
    type->traverse_disabled = 1;
  }
}

int hd_attempt(struct hd_walker* w, void (*body)(struct hd_walker*, uint64_t), uint64_t argument) {
  struct attempt attempt = {w, body, argument};
  hd_set_phase(w, HD_WALK_READING);
  const int failure = hd_guarded(&w->walk->recover_stack, run, &attempt);
  const uint32_t phase = hd_set_phase(w, HD_WALK_OWN);
  if (failure) {
    hd_step(w);
    if (failure != HD_WALK_STOPPED) record_failure(w, phase, failure);
    hd_reject_type(w);
    hd_discard_partial_output(w);
    w->current_type = 0;
  }
  return failure;
}

static hd_address main_interpreter(struct hd_walker* w) {
  const struct hd_layout* const layout = w->layout;
  const hd_address first = hd_word(w->walk->runtime + layout->runtime_interpreters);
  hd_address at = first;
  for (int i = 0; i < 4096 && hd_is_address(at); i++) {
    if (hd_word(at + layout->interpreter_id) == 0) return at;
    at = hd_word(at + layout->interpreter_next);
  }
  return first;
}

// The tp_traverse of Python classes: that of importlib's ModuleSpec, which is one.
static void find_subtype_traverse(struct hd_walker* w) {
  const hd_address importlib = hd_word(w->interpreter + w->layout->interpreter_importlib);
  if (!hd_is_address(importlib)) return;
  const hd_address spec = hd_dict_get(w, hd_word(importlib + w->layout->module_dict), "ModuleSpec");
  if (hd_is_a(w, spec, HD_TYPE_SUBCLASS)) w->subtype_traverse = hd_word(spec + w->layout->type_traverse);
}

static void prepare(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  hd_marks_start(&w->marks);
  hd_output_start(w);
  hd_types_start(w);
  hd_shapes_start(w);
  w->type = hd_allocate(w, sizeof *w->type);
  const hd_address none = w->walk->types.none;
  w->none_type = hd_type_of(none) == w->walk->types.type ? none : hd_type_of(none);
  w->heap_type_qualname = w->layout->heap_type_cached_keys - 8;
  w->function_qualname = hd_field_offset(w, "function", "__qualname__");
  w->function_code = hd_field_offset(w, "function", "__code__");
  w->generator_qualname = hd_field_offset(w, "@generator", "__qualname__");
  w->generator_code = hd_field_offset(w, "@generator", "gi_code");
  w->managed_pointer = w->layout->managed_values ? w->layout->managed_values : w->layout->managed_tagged;
  w->before_object = w->layout->flag_preheader ? 32 : 16;
  w->interpreter = main_interpreter(w);
  find_subtype_traverse(w);
}

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
  w->layout = &walk->layout;
  w->content_limit = walk->content_limit < HD_MAX_CONTENT ? walk->content_limit : HD_MAX_CONTENT;
  if (hd_attempt(w, prepare, 0)) hd_exit(1);
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
