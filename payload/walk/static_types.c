// Static builtin types keep their dict and subclasses in each interpreter (3.12).
#include "walk/static_types.h"

hd_address hd_static_type_state(struct hd_walker* w, hd_address interpreter, hd_address type) {
  const struct hd_layout* const layout = w->layout;
  if (!layout->flag_static_builtin || !(hd_word(type + layout->type_flags) & layout->flag_static_builtin)) {
    return 0;
  }
  const uint64_t index = hd_word(type + layout->type_subclasses) - 1;
  for (int i = 0; i < 2; i++) {
    if (layout->static_types[i] == HD_ABSENT || index >= 4096) continue;
    const hd_address entry = interpreter + layout->static_types[i] + index * layout->static_type_size;
    if (layout->static_type_type == HD_ABSENT || hd_word(entry + layout->static_type_type) == type) {
      return entry;
    }
  }
  return 0;
}

hd_address hd_type_dict(struct hd_walker* w, hd_address type) {
  const hd_address state = hd_static_type_state(w, w->interpreter, type);
  return state ? hd_word(state + w->layout->static_type_dict) : hd_word(type + w->layout->type_dict);
}

hd_address hd_type_subclasses(struct hd_walker* w, hd_address type) {
  const hd_address state = hd_static_type_state(w, w->interpreter, type);
  return state ? hd_word(state + w->layout->static_type_subclasses)
               : hd_word(type + w->layout->type_subclasses);
}
