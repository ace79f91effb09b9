#include "walk/objects.h"

#include "walk/collected.h"
#include "walk/dicts.h"
#include "walk/frames.h"
#include "walk/greenlets.h"
#include "walk/instances.h"
#include "walk/lists.h"
#include "walk/names.h"
#include "walk/output.h"
#include "walk/owned.h"
#include "walk/roots.h"
#include "walk/shapes.h"
#include "walk/sizes.h"
#include "walk/static_types.h"
#include "walk/suspended.h"
#include "walk/tails.h"

// A message is at most 1 GiB (native/capture/transcoder.h).
static const uint64_t kMaxStreamed = ((1 << 30) - 128) / 8;

static uint64_t add_words(struct hd_walker* w, hd_address object, uint32_t from, uint32_t to, uint64_t n) {
  const struct hd_place_in_object* const words = w->type->words;
  for (uint32_t i = from; i < to; i++) {
    const int present = !words[i].present_at || hd_byte(object + words[i].present_at);
    w->references[n++] = present ? hd_word(object + words[i].offset) : 0;
  }
  return n;
}

// An object with attributes of its own: slots, values, __dict__.
static uint64_t add_attributes(struct hd_walker* w, hd_address object, int* plain) {
  const struct hd_type_info* const type = w->type;
  uint64_t n = add_words(w, object, 0, type->slot_count, 0);
  if (type->attributes == HD_ATTRIBUTES_NONE) return n;
  const struct hd_instance instance = hd_read_instance(w, type, object);
  if (!instance.values) {
    *plain = type->value_count > 0 || type->has_inline_values;
  } else {
    uint64_t i = 0;
    for (; i < instance.value_count; i++) w->references[n++] = hd_word(instance.values + 8 * i);
    for (; i < type->value_count; i++) w->references[n++] = 0;
  }
  w->references[n++] = instance.dict;
  if (w->walk->only_names && instance.dict != object) hd_add_names(w, instance.dict);
  return n;
}

static int visit(uint64_t object, void* argument) {
  struct hd_walker* const w = argument;
  if (!object) return 0;
  if (w->visited_count < HD_MAX_REFERENCES) w->visited[w->visited_count] = object;
  w->visited_count++;
  return 0;
}

// Whether it was asked.
static int traverse(struct hd_walker* w, hd_address object, int (*visitor)(uint64_t, void*)) {
  struct hd_type_info* const type = w->type;
  if (object == w->failed_traverse) return 0;
  w->visited_count = 0;
  if (type->traverse_disabled) type->not_asked++;
  if (!type->traverse) return 0;
  // The collector must not ask a suspended greenlet, so as not to free it; what it says is right.
  if (type->collected == 2 && !type->greenlet_size && !hd_calls_is_gc(w, type, object)) return 0;
  hd_set_phase(w, HD_WALK_FOREIGN);
  ((int (*)(hd_address, int (*)(uint64_t, void*), void*))type->traverse)(object, visitor, w);
  hd_set_phase(w, HD_WALK_READING);
  return 1;
}

// Takes one `object` out of what was visited; they mostly come in the order of the words.
static int take_visited(struct hd_walker* w, uint64_t count, uint64_t* cursor, uint64_t object) {
  if (!object) return 0;
  for (uint64_t k = 0; k < count; k++) {
    uint64_t i = *cursor + k;
    if (i >= count) i -= count;
    if (w->visited[i] != object) continue;
    w->visited[i] = 0;
    *cursor = i + 1 < count ? i + 1 : 0;
    return 1;
  }
  return 0;
}

// The shape says the type.
static void take_type(struct hd_walker* w, uint64_t count, uint64_t* cursor, int asked) {
  struct hd_type_info* const type = w->type;
  if (!(type->flags & HD_HEAP_TYPE)) return;
  const int visited = take_visited(w, count, cursor, type->address);
  if (asked) hd_note_report(&type->type_reports, visited);
}

static uint64_t add_traversed(struct hd_walker* w, hd_address object, uint64_t n) {
  struct hd_type_info* const type = w->type;
  const int asked = traverse(w, object, visit);
  const uint64_t count = w->visited_count;
  const uint64_t kept = count < HD_MAX_REFERENCES ? count : HD_MAX_REFERENCES;
  uint64_t cursor = 0;
  // A C type's tp_traverse reports attributes that it manages, too.
  if (type->attributes != HD_ATTRIBUTES_NONE) {
    for (uint64_t i = type->slot_count; i < n; i++) take_visited(w, kept, &cursor, w->references[i]);
    cursor = 0;
  }
  for (uint32_t i = type->slot_count; i < type->word_count; i++) {
    struct hd_place_in_object* const word = &type->words[i];
    const uint64_t target = hd_word(object + word->offset);
    const int visited = take_visited(w, kept, &cursor, target);
    if (asked && target) hd_note_report(&word->reports, visited);
    w->references[n++] = visited || word->direct || !asked ? target : 0;
  }
  if (type->declared_references) {
    const uint64_t first = n;
    n = hd_add_declared_references(w, object, n);
    for (uint64_t i = first; i < n; i++) {
      const int visited = take_visited(w, kept, &cursor, w->references[i]);
      if (visited && i - first < 64) type->declared_reports |= (uint64_t)1 << (i - first);
    }
  }
  cursor = 0;
  take_type(w, kept, &cursor, asked);
  for (uint64_t i = 0; i < kept && n < HD_MAX_REFERENCES; i++) {
    if (w->visited[i]) w->references[n++] = w->visited[i];
  }
  return n;
}

// What tp_traverse reports beyond the references that are known, of an object that has few.
static uint64_t add_more(struct hd_walker* w, hd_address object, uint64_t n) {
  const int asked = traverse(w, object, visit);
  const uint64_t count = w->visited_count < HD_MAX_REFERENCES ? w->visited_count : HD_MAX_REFERENCES;
  uint64_t cursor = 0;
  const uint64_t known = n;
  for (uint64_t i = 0; i < known; i++) take_visited(w, count, &cursor, w->references[i]);
  take_type(w, count, &cursor, asked);
  for (uint64_t i = 0; i < count && n < HD_MAX_REFERENCES; i++) {
    if (w->visited[i]) w->references[n++] = w->visited[i];
  }
  return n;
}

static void write_type(struct hd_walker* w, hd_address object) {
  const struct hd_layout* const layout = w->layout;
  const struct hd_type_info* const type = w->type;
  const int heap = (hd_word(object + layout->type_flags) & HD_HEAP_TYPE) != 0;
  const uint32_t words = heap ? type->word_count : type->slot_count;
  uint64_t n = add_words(w, object, 0, words, 0);
  if (hd_static_type_state(w, w->interpreter, object)) {
    for (uint32_t i = 0; i < words; i++) {
      if (type->words[i].offset == layout->type_dict) w->references[i] = hd_type_dict(w, object);
      if (type->words[i].offset == layout->type_subclasses) w->references[i] = hd_type_subclasses(w, object);
    }
  }
  const hd_address keys_at = heap ? hd_word(object + layout->heap_type_cached_keys) : 0;
  if (keys_at) {
    const struct hd_dict_keys keys = hd_read_keys(layout, keys_at);
    for (uint64_t i = 0; i < keys.count && n < HD_MAX_REFERENCES; i++) {
      if (w->walk->only_names) hd_add_name(w, hd_key(&keys, i));
      w->references[n++] = hd_key(&keys, i);
    }
  }
  if (w->walk->only_names) hd_add_names(w, hd_type_dict(w, object));
  if (!heap) hd_write_static_root(w, object);
  if (heap && type->traverse) n = add_more(w, object, n);
  hd_write_object(w, object, hd_shape(w, !heap), n);
}

static void write_code(struct hd_walker* w, hd_address object) {
  const uint64_t n = add_words(w, object, 0, w->type->word_count, 0);
  hd_write_object(w, object, hd_shape(w, 0), n);
  if (w->walk->traces) hd_write_function(w, object);
}

static void write_with_locals(struct hd_walker* w, hd_address object, struct hd_locals locals) {
  const struct hd_layout* const layout = w->layout;
  uint64_t n = add_words(w, object, 0, w->type->word_count, 0);
  if (!locals.code) {
    hd_write_object(w, object, hd_shape(w, 0), n);
    return;
  }
  const uint32_t shape = hd_code_shape(w, &locals);
  if (locals.iframe) {
    for (int i = 0; i < HD_IFRAME_WORDS; i++) {
      const int present = locals.at || i == HD_IFRAME_CODE;
      const uint64_t word = present ? hd_word(locals.iframe + hd_iframe_word(layout, i)) : 0;
      const uint64_t target = hd_untag(layout, word);
      w->references[n++] = target == object ? 0 : target;
    }
  }
  if (locals.awaits) w->references[n++] = hd_untag(layout, hd_word(locals.at + 8 * --locals.count));
  for (uint64_t i = 0; i < locals.count && n < HD_MAX_REFERENCES; i++) {
    w->references[n++] = hd_untag(layout, hd_word(locals.at + 8 * i));
  }
  for (uint64_t i = locals.count; i < locals.named && n < HD_MAX_REFERENCES; i++) w->references[n++] = 0;
  hd_write_object(w, object, shape, n);
}

static void write_generator(struct hd_walker* w, hd_address object) {
  const struct hd_suspension suspension = hd_suspension_of(w, object);
  hd_note_suspension(w, object, &suspension);
  struct hd_locals locals = hd_generator_locals(w, object);
  // To 3.10 its frame, another object, refers to what it awaits.
  locals.awaits = locals.at && suspension.awaited;
  write_with_locals(w, object, locals);
}

// A dict of a C type of its own: `named` references, then entries, and what tp_traverse reports beyond them
// goes between. It reports the entries in their order, so that they are looked for close by alone.
static void write_dict_and_more(struct hd_walker* w, hd_address object, uint64_t named, uint64_t n) {
  enum { kBehind = 2, kAhead = 4, kFew = 64 };
  const int asked = traverse(w, object, visit);
  const uint64_t count = w->visited_count < HD_MAX_REFERENCES ? w->visited_count : HD_MAX_REFERENCES;
  uint64_t cursor = 0;
  for (uint64_t i = 0; i < named; i++) take_visited(w, count, &cursor, w->references[i]);
  take_type(w, count, &cursor, asked);
  cursor = 0;
  for (uint64_t i = named; i < n; i++) {
    const uint64_t end = count <= kFew || cursor + kAhead > count ? count : cursor + kAhead;
    for (uint64_t k = count <= kFew || cursor < kBehind ? 0 : cursor - kBehind; k < end; k++) {
      if (w->visited[k] != w->references[i] || !w->visited[k]) continue;
      w->visited[k] = 0;
      if (k >= cursor) cursor = k + 1;
      break;
    }
  }
  uint64_t more[HD_MAX_MORE], found = 0;
  for (uint64_t k = 0; k < count; k++) {
    if (!w->visited[k]) continue;
    if (found < HD_MAX_MORE) more[found] = w->visited[k];
    found++;
  }
  if (found == 0 || found > HD_MAX_MORE || n + found > HD_MAX_REFERENCES) {
    hd_write_object(w, object, hd_shape(w, 0), n);
    return;
  }
  memmove(w->references + named + found, w->references + named, 8 * (n - named));
  for (uint64_t k = 0; k < found; k++) w->references[named + k] = more[k];
  hd_write_object(w, object, hd_dict_shape(w, found), n + found);
}

// Twice the same blocks: how many there are has to be known before the first one is written.
static void stream_tail(struct hd_walker* w, hd_address object, uint32_t shape, uint64_t named) {
  struct hd_tail* const tail = &w->tail;
  uint64_t total = named;
  for (uint64_t n; (n = hd_read_tail(tail, w->visited, HD_MAX_REFERENCES)) > 0; total += n) hd_step(w);
  tail->position = 0;
  if (total > kMaxStreamed) total = kMaxStreamed;
  if (!HD_IS_COPY && total > HD_MAX_LIVE_REFERENCES) hd_fail(w, HD_WALK_TOO_LARGE);
  hd_begin_stream(w, object, shape, total);
  for (uint64_t i = 0; i < named; i++) hd_stream(w, w->references[i]);
  for (uint64_t n; (n = hd_read_tail(tail, w->visited, HD_MAX_REFERENCES)) > 0;) {
    for (uint64_t i = 0; i < n; i++) hd_stream(w, w->visited[i]);
    hd_step(w);
  }
  hd_end_stream(w);
}

static int visit_streamed(uint64_t object, void* argument) {
  struct hd_walker* const w = argument;
  if (!object) return 0;
  w->visited_count++;
  // What has a name was written already.
  for (uint64_t i = 0; i < w->named_count; i++) {
    if (w->visited[i] != object) continue;
    w->visited[i] = 0;
    return 0;
  }
  hd_stream(w, object);
  return 0;
}

// More than could be kept of what tp_traverse reports: it is asked again, and each goes out as it comes.
static void stream_traversed(struct hd_walker* w, hd_address object, uint32_t shape, uint64_t named) {
  w->named_count = 0;
  for (uint64_t i = 0; i < named; i++) w->visited[w->named_count++] = w->references[i];
  if (w->type->flags & HD_HEAP_TYPE) w->visited[w->named_count++] = w->type->address;
  const uint64_t total = named + w->visited_count;
  hd_begin_stream(w, object, shape, total < kMaxStreamed ? total : kMaxStreamed);
  for (uint64_t i = 0; i < named; i++) hd_stream(w, w->references[i]);
  traverse(w, object, visit_streamed);
  hd_end_stream(w);
}

// `n`: its references, of which the first `named` have names; those of its stack go between.
static void write_greenlet(struct hd_walker* w, hd_address object, int plain, uint64_t named, uint64_t n) {
  hd_read_stack(w, object);
  // tp_traverse reports the innermost frame, too, once the thread has ended.
  for (uint64_t i = named; i < n && w->stack_depth; i++) {
    if (w->references[i] == w->stack[0].object) w->references[i] = w->references[--n];
  }
  const uint64_t held = hd_stack_references(w, 0);
  hd_write_stack(w, object);
  if (held == 0 || held > HD_MAX_REFERENCES - n) {
    hd_write_object(w, object, hd_shape(w, plain), n);
    return;
  }
  memmove(w->references + named + held, w->references + named, 8 * (n - named));
  hd_stack_references(w, w->references + named);
  hd_write_object(w, object, hd_stack_shape(w, plain, held), n + held);
}

// The dict of interned strings does not count its references to them.
static int is_interned_table(struct hd_walker* w, hd_address object) {
  for (uint32_t i = 0; i < w->interned_count; i++) {
    if (w->interned[i] == object) return 1;
  }
  return 0;
}

static uint32_t instance_shape(struct hd_walker* w, hd_address object, int plain) {
  if (w->type->form == HD_FORM_DICT) {
    if (is_interned_table(w, object)) return hd_weak_dict_shape(w);
    if (hd_has_embedded_values(w->layout, object)) return hd_embedded_dict_shape(w);
  }
  return !plain && w->type->shape ? w->type->shape : hd_shape(w, plain);
}

static void write_instance(struct hd_walker* w, hd_address object) {
  const struct hd_type_info* const type = w->type;
  int plain = 0;
  const uint64_t words = type->word_count + type->declared_references;
  if (type->form == HD_FORM_WORDS && type->attributes == HD_ATTRIBUTES_NONE && words == 0) {
    hd_write_object(w, object, type->shape ? type->shape : hd_shape(w, 0), 0);
    return;
  }
  uint64_t n = add_attributes(w, object, &plain);
  if (w->walk->only_names) hd_add_names_of(w, object);
  if (type->form == HD_FORM_TRAVERSE) {
    const uint64_t named = n + words - type->slot_count;
    n = add_traversed(w, object, n);
    if (w->visited_count > HD_MAX_REFERENCES) {
      stream_traversed(w, object, hd_shape(w, plain), named);
    } else if (type->greenlet_size) {
      write_greenlet(w, object, plain, named, n);
    } else {
      hd_write_object(w, object, hd_shape(w, plain), n);
    }
    return;
  }
  n = add_words(w, object, type->slot_count, type->word_count, n);
  if (type->declared_references) n = hd_add_declared_references(w, object, n);
  hd_open_tail(w, object);
  const uint32_t shape = instance_shape(w, object, plain);
  struct hd_tail* const tail = &w->tail;
  if (tail->form == HD_TAIL_NONE) {
    hd_write_object(w, object, shape, n);
  } else if (n + tail->count * tail->width <= HD_MAX_REFERENCES && tail->count <= HD_MAX_REFERENCES) {
    const uint64_t named = n;
    n += hd_read_tail(tail, w->references + n, HD_MAX_REFERENCES - n);
    if (type->traverse && !plain) {
      write_dict_and_more(w, object, named, n);
    } else {
      hd_write_object(w, object, shape, n);
    }
  } else {
    stream_tail(w, object, shape, n);
  }
}

// False if it is not an object's, but a list's head on a stack.
static int add_hidden(struct hd_walker* w, hd_address header) {
  if (!hd_is_address(header)) return 1;
  if (w->walk->stack_count && hd_on_stack(w, header)) return 0;
  hd_mark(w, &w->marks, header + 16);
  return 1;
}

// The collector's list that an object is in leads to its neighbours.
static void add_neighbours(struct hd_walker* w, hd_address object) {
  if (!hd_word(object - 16)) return;
  const hd_address next = hd_link_at(object - 16);
  if (object != w->failed_traverse) hd_count_link(w, object - 16, next);
  if (!add_hidden(w, next)) hd_count_stack_list(w, next);
  // While a collection runs, some have a count there.
  if (!(hd_word(object - 8) & 2)) add_hidden(w, hd_link_at(object - 8));
}

void hd_walk_object(struct hd_walker* w, hd_address object) {
  w->walk->object = object;
  w->current_type = 0;
  hd_step(w);
  const hd_address type_at = hd_type_of(object);
  const uint64_t refcount = hd_word(object);
  if (w->type->address != type_at) {
    if (!hd_is_address(type_at)) return;
    w->type = hd_type_info_for(w, type_at);
  }
  struct hd_type_info* const type = w->type;
  w->current_type = type;
  // Memory that was freed has no references.
  if (type->form == HD_FORM_INVALID || refcount == 0) return;
  if (w->walk->only_names && type->content == HD_CONTENT_STR && hd_put_aside(w, object)) return;
  if (HD_IS_COPY && hd_has_header(w, type, object)) {
    if (hd_word(object + HD_GC_PREVIOUS) & HD_GC_FINALIZED) hd_note_finalized(w, object);
    add_neighbours(w, object);
  }
  if (type->singleton) hd_write_singleton_root(w, object);
  switch (type->form) {
    case HD_FORM_TYPE:
      return write_type(w, object);
    case HD_FORM_CODE:
      return write_code(w, object);
    case HD_FORM_FRAME:
      return write_with_locals(w, object, hd_frame_locals(w, object));
    case HD_FORM_GENERATOR:
      return write_generator(w, object);
    default:
      return write_instance(w, object);
  }
}
