#include "walk/collector.h"

#include "walk/dicts.h"
#include "walk/output.h"

enum { kKnownFlags = 1 << 6, kGenerations = 3 };

static void put_length(struct hd_walker* w, const char* key, hd_address list) {
  const uint32_t length = (uint32_t)hd_size_field(list);
  hd_put_meta_numbers(w, key, &length, 1);
}

void hd_write_collector(struct hd_walker* w, uint64_t interpreter) {
  const struct hd_layout* const layout = w->layout;
  const hd_address base = layout->gc_in_runtime ? w->walk->runtime : interpreter;
  const uint32_t enabled = hd_half(base + layout->gc_enabled);
  const uint32_t debug = hd_half(base + layout->gc_debug);
  const hd_address garbage = hd_word(base + layout->gc_garbage);
  const hd_address callbacks = hd_word(base + layout->gc_callbacks);
  if (enabled > 1 || debug >= kKnownFlags || !hd_is_a(w, garbage, HD_LIST_SUBCLASS) ||
      !hd_is_a(w, callbacks, HD_LIST_SUBCLASS))
    return;
  const int is_incremental = layout->gc_visited_space != HD_ABSENT;
  const uint32_t turned = is_incremental ? hd_half(base + layout->gc_visited_space) : 0;
  if (turned > 1) return;
  uint32_t thresholds[kGenerations], counts[kGenerations];
  for (uint32_t i = 0; i < kGenerations; i++) {
    const hd_address head = base + layout->gc_list[i];
    thresholds[i] = hd_half(head + layout->gc_threshold);
    counts[i && turned ? kGenerations - i : i] = hd_half(head + layout->gc_count);
  }
  if (is_incremental) thresholds[2] = 0;
  hd_put_meta(w, "collector_enabled", enabled ? "true" : "false");
  hd_put_meta_numbers(w, "collector_thresholds", thresholds, kGenerations);
  hd_put_meta_numbers(w, "collector_counts", counts, kGenerations);
  hd_put_meta_numbers(w, "collector_debug", &debug, 1);
  hd_put_meta_numbers(w, "collector_frozen", &w->frozen, 1);
  put_length(w, "collector_garbage", garbage);
  put_length(w, "collector_callbacks", callbacks);
}
