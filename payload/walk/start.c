#include "walk/start.h"

#include "walk/dicts.h"
#include "walk/fields.h"
#include "walk/output.h"
#include "walk/shapes.h"

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

void hd_start(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  w->layout = &w->walk->layout;
  w->content_limit = w->walk->content_limit < HD_MAX_CONTENT ? w->walk->content_limit : HD_MAX_CONTENT;
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
