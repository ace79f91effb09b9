#include "walk/roots.h"

#include "walk/collector.h"
#include "walk/contents.h"
#include "walk/dicts.h"
#include "walk/fields.h"
#include "walk/lists.h"
#include "walk/names.h"
#include "walk/output.h"
#include "walk/tails.h"
#include "walk/threads.h"

enum { kMaxInterpreters = 4096, kMaxThreads = 1 << 16 };

void hd_write_root(struct hd_walker* w, hd_address object, uint32_t kind, const char* name) {
  hd_mark(w, &w->marks, object);
  struct hd_text* const out = hd_begin_record(w, HD_ROOT);
  hd_put_varint(out, object);
  hd_text_put(out, kind);
  hd_put_string(out, name);
  hd_end_record(w);
}

void hd_write_static_root(struct hd_walker* w, hd_address type) {
  uint8_t bytes[256];
  struct hd_text name = {bytes, 0, sizeof bytes - 1, 0};
  hd_put_type_name(w, &name, type);
  bytes[name.length] = 0;
  hd_write_root(w, type, HD_ROOT_STATIC, (const char*)bytes);
}

void hd_write_singleton_root(struct hd_walker* w, hd_address object) {
  uint64_t value = 0;
  const char* name = "Ellipsis";
  if (w->type->content == HD_CONTENT_NONE_OBJECT) name = "None";
  if (w->type->content == HD_CONTENT_BOOL) name = hd_int_value(w, object, &value) && value ? "True" : "False";
  hd_write_root(w, object, HD_ROOT_STATIC, name);
}

static int is_module(struct hd_walker* w, hd_address object) {
  hd_address type = hd_type_of(object);
  for (int i = 0; i < 64 && hd_is_address(type); i++) {
    if (type == w->walk->types.module) return 1;
    type = hd_word(type + w->layout->type_base);
  }
  return 0;
}

static void write_module(struct hd_walker* w, hd_address name, hd_address module) {
  hd_mark(w, &w->marks, module);
  struct hd_text* out = hd_begin_record(w, HD_MODULE);
  hd_put_varint(out, module);
  hd_put_name(w, out, name, "");
  const hd_address dict = is_module(w, module) ? hd_word(module + w->layout->module_dict) : 0;
  hd_put_name(w, out, hd_dict_get(w, dict, "__file__"), "");
  if (w->walk->only_names) hd_add_names(w, dict);
  hd_end_record(w);
  out = hd_begin_record(w, HD_ROOT);
  hd_put_varint(out, module);
  hd_text_put(out, HD_ROOT_MODULE);
  hd_put_name(w, out, name, "");
  hd_end_record(w);
}

static void write_modules(struct hd_walker* w, uint64_t interpreter) {
  const hd_address modules = hd_word(interpreter + w->layout->interpreter_modules);
  if (!hd_is_a(w, modules, HD_DICT_SUBCLASS)) return;
  hd_open_dict(w, modules, 2);
  struct hd_tail tail = w->tail;
  uint64_t entry[2];
  while (hd_read_tail(&tail, entry, 2)) {
    hd_step(w);
    if (!hd_is_str(w, entry[0]) || !hd_is_address(entry[1])) continue;
    if (hd_type_of(entry[1]) == w->none_type) continue;  // an import that is barred
    write_module(w, entry[0], entry[1]);
  }
}

static void write_fields(struct hd_walker* w, uint64_t interpreter) {
  const uint32_t modules = w->layout->interpreter_modules;
  const hd_address held = hd_word(interpreter + modules);
  if (hd_is_address(held)) hd_write_root(w, held, HD_ROOT_INTERPRETER, "sys.modules");
  const struct hd_field* const rows = (const struct hd_field*)w->walk->fields;
  for (uint64_t i = 0; i < w->walk->field_count; i++) {
    if (!hd_name_is(rows[i].owner, "@interpreter") || rows[i].offset == modules) continue;
    const uint64_t target = hd_word(interpreter + rows[i].offset);
    if (hd_is_address(target)) hd_write_root(w, target, HD_ROOT_INTERPRETER, rows[i].name);
  }
}

static void write_type_cache(struct hd_walker* w, uint64_t interpreter) {
  const struct hd_layout* const layout = w->layout;
  if (layout->interpreter_type_cache == HD_ABSENT) return;
  const hd_address cache = interpreter + layout->interpreter_type_cache;
  for (uint32_t at = 0; at < HD_TYPE_CACHE_SIZE; at += HD_TYPE_CACHE_ENTRY) {
    const uint64_t name = hd_word(cache + at + HD_TYPE_CACHE_NAME);
    if (hd_is_address(name) && hd_is_str(w, name)) hd_write_root(w, name, HD_ROOT_INTERPRETER, "type_cache");
  }
}

static void write_identifiers(struct hd_walker* w, uint64_t interpreter) {
  enum { kMaxIdentifiers = 1 << 16 };
  const struct hd_layout* const layout = w->layout;
  if (layout->interpreter_identifiers == HD_ABSENT) return;
  const hd_address array = hd_word(interpreter + layout->interpreter_identifiers);
  const uint64_t count = hd_word(interpreter + layout->interpreter_identifier_count);
  if (!hd_is_address(array) || count > kMaxIdentifiers) return;
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t name = hd_word(array + 8 * i);
    if (hd_is_address(name) && hd_is_str(w, name)) hd_write_root(w, name, HD_ROOT_INTERPRETER, "identifiers");
  }
}

static void write_ast(struct hd_walker* w, uint64_t interpreter) {
  const struct hd_layout* const layout = w->layout;
  if (layout->interpreter_ast == HD_ABSENT) return;
  for (uint32_t at = layout->interpreter_ast; at < layout->interpreter_ast_end; at += 8) {
    const uint64_t held = hd_word(interpreter + at);
    if (hd_is_address(held)) hd_write_root(w, held, HD_ROOT_INTERPRETER, "ast");
  }
}

// The collector knows it from 3.14 on; before, nothing in a dump leads there.
static void write_interned(struct hd_walker* w, uint64_t interpreter) {
  if (w->layout->interpreter_interned == HD_ABSENT || w->interned_count == HD_MAX_INTERNED) return;
  const hd_address dict = hd_word(interpreter + w->layout->interpreter_interned);
  if (!hd_is_a(w, dict, HD_DICT_SUBCLASS)) return;
  w->interned[w->interned_count++] = dict;
  if (hd_word(dict - 16)) hd_write_root(w, dict, HD_ROOT_INTERPRETER, "interned_strings");
}

// What static builtin types have in the interpreters after the first is not found through the types.
static void mark_static_types(struct hd_walker* w, uint64_t interpreter) {
  const struct hd_layout* const layout = w->layout;
  for (int k = 0; k < 2; k++) {
    if (layout->static_types[k] == HD_ABSENT || layout->static_type_count[k] == HD_ABSENT) continue;
    const uint64_t count = hd_word(interpreter + layout->static_type_count[k]);
    for (uint64_t i = 0; i < count && i < 4096; i++) {
      const hd_address entry = interpreter + layout->static_types[k] + i * layout->static_type_size;
      const uint32_t held[] = {layout->static_type_type, layout->static_type_dict,
                               layout->static_type_subclasses};
      for (int j = 0; j < 3; j++) {
        const uint64_t found = held[j] == HD_ABSENT ? 0 : hd_word(entry + held[j]);
        if (hd_is_address(found)) hd_mark(w, &w->marks, found);
      }
    }
  }
}

static void mark_known_types(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  const uint64_t* const known = (const uint64_t*)&w->walk->types;
  for (uint64_t i = 0; i < sizeof w->walk->types / sizeof *known; i++) {
    if (hd_is_address(known[i])) hd_mark(w, &w->marks, known[i]);
  }
}

void hd_find_roots(struct hd_walker* w) {
  const struct hd_layout* const layout = w->layout;
  hd_attempt(w, mark_known_types, 0);
  hd_address interpreter = hd_word(w->walk->runtime + layout->runtime_interpreters);
  hd_attempt(w, hd_exclude_list_heads, interpreter);
  for (int i = 0; i < kMaxInterpreters && hd_is_address(interpreter) && !w->status; i++) {
    hd_attempt(w, write_fields, interpreter);
    hd_attempt(w, write_modules, interpreter);
    hd_attempt(w, write_type_cache, interpreter);
    hd_attempt(w, write_identifiers, interpreter);
    hd_attempt(w, write_interned, interpreter);
    hd_attempt(w, write_ast, interpreter);
    hd_attempt(w, mark_static_types, interpreter);
    hd_attempt(w, hd_mark_lists, interpreter);
    hd_address thread = hd_word(interpreter + layout->interpreter_threads);
    for (int k = 0; k < kMaxThreads && hd_is_address(thread) && !w->status; k++) {
      hd_attempt(w, hd_write_thread, thread);
      thread = hd_word(thread + layout->thread_next);
    }
    const hd_address next = hd_word(interpreter + layout->interpreter_next);
    // The first interpreter is the last of the list.
    if (!next) hd_attempt(w, hd_write_collector, interpreter);
    interpreter = next;
  }
}
