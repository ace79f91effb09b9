#include "live/live.h"

#include "walk/dicts.h"
#include "walk/fields.h"
#include "walk/instances.h"
#include "walk/objects.h"
#include "walk/output.h"
#include "walk/shapes.h"
#include "walk/start.h"
#include "walk/static_types.h"
#include "walk/suspended.h"

enum { kMaxMetatypes = 16 };

// The accessors of heap.h have no argument for it.
static _Thread_local struct hd_walker* walker;
static _Thread_local const struct hd_process* process;

void hd_fetch(hd_address at, void* to, uint64_t size) {
  const int read = process->fetch(process->context, at, to, size);
  if (read != 1) hd_fail(walker, read < 0 ? HD_WALK_TOO_LARGE : HD_WALK_FAULT);
}

const uint8_t* hd_bytes(hd_address at, uint64_t size) {
  const uint8_t* const found = process->bytes(process->context, at, size);
  if (!found) hd_fail(walker, HD_WALK_FAULT);
  return found;
}

const char* hd_string(hd_address at) { return process->string(process->context, at); }

void hd_met(hd_address object) { process->met(process->context, object); }

// What the walker's copy asks the kernel for (walk/system.c).
__attribute__((noreturn)) void hd_exit(int status) {
  (void)status;
  __builtin_trap();
}

long hd_write(int fd, const void* bytes, uint64_t size) {
  (void)fd;
  process->write(process->context, bytes, size);
  return (long)size;
}

void* hd_allocate(struct hd_walker* w, uint64_t size) {
  struct hd_walk* const walk = w->walk;
  const uint64_t at = walk->arena.start + walk->arena_used;
  size = (size + 63) & ~(uint64_t)63;
  if (size > walk->arena.end - at) hd_stop(w, "there is no memory for what was read");
  walk->arena_used += size;
  return (void*)at;
}

void hd_copy(uint8_t* to, const uint8_t* from, uint64_t size) { __builtin_memcpy(to, from, size); }

struct hd_walker* hd_live_start(struct hd_walk* walk, const struct hd_process* of) {
  struct hd_walker* const w = (struct hd_walker*)walk->arena.start;
  walk->arena_used = (sizeof *w + 63) & ~(uint64_t)63;
  w->walk = walk;
  hd_live_use(of, w);
  return hd_attempt(w, hd_start, 0) ? 0 : w;
}

void hd_live_use(const struct hd_process* of, struct hd_walker* w) {
  process = of;
  walker = w;
}

// The first word of memory that was freed leads to the next piece, or is 0: no count is as large as an
// address.
static int is_freed(struct hd_walker* w, hd_address object) {
  const uint64_t word = hd_word(object);
  const uint64_t count = w->layout->refcount_bytes == 4 ? (uint32_t)word : word;
  return count == 0 || (hd_is_address(word) && word >> 32);
}

// Whether it is a type now: the types of types end in `type`.
static int is_type(struct hd_walker* w, hd_address type) {
  for (int i = 0; i < kMaxMetatypes && hd_is_address(type); i++) {
    if (is_freed(w, type)) return 0;
    if (type == w->walk->types.type) return 1;
    type = hd_type_of(type);
  }
  return 0;
}

// A class may have got more attributes than its objects were known to have.
static struct hd_type_info* type_of(struct hd_walker* w, hd_address object) {
  const hd_address at = hd_type_of(object);
  struct hd_type_info* type = hd_type_info_for(w, at);
  if (!type->keys || hd_read_keys(w->layout, type->keys).count == type->value_count) return type;
  hd_forget_type(w, at);
  return hd_type_info_for(w, at);
}

static int is_one_of(hd_address type, const hd_address* known, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (type && type == known[i]) return 1;
  }
  return 0;
}

// Whether the record of an object of that type tells all that can change of it.
static int is_told_whole(struct hd_walker* w, const struct hd_type_info* type) {
  const struct hd_types* const t = &w->walk->types;
  const hd_address containers[] = {t->dict, t->list, t->tuple, t->set, t->frozenset};
  const hd_address traversed[] = {t->module, t->function, t->method, t->cell};
  switch (type->form) {
    case HD_FORM_WORDS:
      return type->content || !type->c_base || type->c_size <= 16;
    case HD_FORM_TRAVERSE:
      return is_one_of(type->c_base, traversed, 4) || hd_is_owner(w, type->address, "property", 0) ||
             hd_is_owner(w, type->address, "staticmethod", 0) ||
             hd_is_owner(w, type->address, "classmethod", 0);
    case HD_FORM_TYPE:
      return type->c_base == t->type;
    case HD_FORM_CODE:
    case HD_FORM_GENERATOR:
      return 1;
    case HD_FORM_DICT:
    case HD_FORM_LIST:
    case HD_FORM_TUPLE:
    case HD_FORM_SET:
      return is_one_of(type->c_base, containers, 5) || type->field_count;
    default:
      return 0;
  }
}

struct reading {
  hd_address object;
  int with_references;
  enum hd_lives found;
};

static void read(struct hd_walker* w, uint64_t argument) {
  struct reading* const reading = (struct reading*)argument;
  const hd_address object = reading->object;
  reading->found = HD_LIVES_UNREADABLE;
  const int freed = is_freed(w, object);
  if (freed || !is_type(w, hd_type_of(object))) {
    reading->found = freed ? HD_LIVES_FREED : HD_LIVES_NONE;
    return;
  }
  struct hd_type_info* const type = type_of(w, object);
  if (type->form == HD_FORM_INVALID) {
    reading->found = HD_LIVES_NONE;
    return;
  }
  w->type = w->current_type = type;
  hd_met(type->address);
  const int whole = is_told_whole(w, type);
  if (reading->with_references) {
    hd_walk_object(w, object);
  } else {
    hd_write_object(w, object, hd_shape(w, 0), 0);
  }
  reading->found = whole ? HD_LIVES_OBJECT : HD_LIVES_UNTRAVERSED;
}

enum hd_lives hd_live_read(struct hd_walker* w, uint64_t object, int with_references) {
  struct reading reading = {object, with_references, HD_LIVES_NONE};
  if (!hd_is_address(object)) return HD_LIVES_NONE;
  w->objects_written = w->references_written = 0;
  const int failed = hd_attempt(w, read, (uint64_t)&reading);
  hd_flush(w);
  hd_attempt(w, hd_write_suspensions, 0);
  hd_flush(w);
  if (failed == HD_WALK_TOO_LARGE) return HD_LIVES_TOO_LARGE;
  return failed ? HD_LIVES_UNREADABLE : reading.found;
}

struct search {
  hd_address object, dict;
};

static void find_dict(struct hd_walker* w, uint64_t argument) {
  struct search* const search = (struct search*)argument;
  const hd_address object = search->object;
  const struct hd_type_info* const type = type_of(w, object);
  hd_address dict = hd_read_instance(w, type, object).dict;
  if (type->form == HD_FORM_TYPE) dict = hd_type_dict(w, object);
  for (uint32_t i = 0; !dict && i < type->word_count; i++) {
    if (hd_name_is(type->words[i].name, "__dict__")) dict = hd_word(object + type->words[i].offset);
  }
  if (hd_is_address(dict) && hd_type_of(dict) == w->walk->types.dict) search->dict = dict;
}

uint64_t hd_live_dict(struct hd_walker* w, uint64_t object) {
  struct search search = {object, 0};
  return hd_attempt(w, find_dict, (uint64_t)&search) ? 0 : search.dict;
}

uint64_t hd_live_references(const struct hd_walker* w) { return w->references_written; }

const char* hd_live_status(const struct hd_walker* w) { return w->status; }

void hd_live_end(struct hd_walker* w, uint64_t objects, uint64_t references) {
  w->objects_written = objects;
  w->references_written = references;
  hd_write_end(w, "ok");
  hd_flush(w);
}
