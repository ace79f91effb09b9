#include "python/heap_view.h"

#include <vector>

namespace heapdump {
namespace {

constexpr uint64_t kMaxText = 1000;
constexpr uint64_t kMaxEntries = 1 << 20;

}  // namespace

std::string HeapView::c_string(uint64_t address) const { return memory_.text(address, kMaxText); }

std::string HeapView::text(uint64_t str) const {
  if (!is(str, types_.str)) return "";
  const auto state = value<uint32_t>(str + layout_.str_state);
  const bool compact = state >> layout_.str_compact_shift & 1;
  const bool ascii = state >> layout_.str_ascii_shift & 1;
  const bool one_byte = (state >> layout_.str_kind_shift & 7) == 1;
  const uint64_t length = word(str + layout_.str_length);
  if (!compact || !ascii || !one_byte || length > kMaxText) return "";
  std::string found(length, '\0');
  if (!memory_.try_read(str + layout_.str_ascii_size, found.data(), length)) return "";
  return found;
}

bool HeapView::visit_dict(uint64_t dict, const std::function<bool(uint64_t, uint64_t)>& visit) const {
  if (!is(dict, types_.dict)) return false;
  const uint64_t keys = word(dict + layout_.dict_keys);
  const uint64_t values = word(dict + layout_.dict_values);
  const uint64_t used = word(dict + layout_.dict_used);
  const uint64_t entries = word(keys + layout_.keys_entries);
  if (!is_pointer(keys) || entries > kMaxEntries || used > entries) return false;
  uint64_t index;
  bool hashes = true;
  if (layout_.keys_size != HD_ABSENT) {
    const uint64_t size = word(keys + layout_.keys_size);
    if (size == 0 || (size & (size - 1)) != 0 || entries > size) return false;
    index = size * (size <= 0xff ? 1 : size <= 0xffff ? 2 : size <= 0xffffffff ? 4 : 8);
  } else {
    const auto shift = value<uint8_t>(keys + layout_.keys_log2_index_bytes);
    if (shift > 40 || entries > 1ull << shift) return false;
    index = 1ull << shift;
    hashes = value<uint8_t>(keys + layout_.keys_kind) == 0;
  }
  const uint64_t words = hashes ? 3 : 2;
  std::vector<uint64_t> table(entries * words);
  if (!memory_.try_read(keys + layout_.keys_indices + index, table.data(), table.size() * 8)) return false;
  for (uint64_t entry = 0; entry < entries; ++entry) {
    const uint64_t key = table[entry * words + (hashes ? 1 : 0)];
    uint64_t item = table[entry * words + words - 1];
    if (values != 0) item = word(values + layout_.values_values + entry * 8);
    if (key != 0 && item != 0 && !visit(key, item)) break;
  }
  return true;
}

uint64_t HeapView::lookup(uint64_t dict, const std::string& key) const {
  uint64_t found = 0;
  visit_dict(dict, [&](uint64_t name, uint64_t item) {
    if (text(name) == key) found = item;
    return found == 0;
  });
  return found;
}

}  // namespace heapdump
