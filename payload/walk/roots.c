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
