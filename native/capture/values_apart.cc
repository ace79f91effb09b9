#include "capture/values_apart.h"

#include <cstring>

extern "C" {
#include "walk/values_block.h"
}

namespace heapdump {
namespace {

constexpr uint64_t kObjectType = 8;  // PyObject.ob_type

}  // namespace

bool ValuesApart::begin(uint64_t type) {
  type_ = type;
  // What was read may have changed.
  instances_.address = blocks_.address = kNoPage;
  uint64_t flags = 0, keys = 0, usable = 0, entries = 0;
  if (!memory_.try_get(type + layout_.type_flags, &flags) || (flags & layout_.flag_managed_dict) == 0)
    return false;
  if (!memory_.try_get(type + layout_.heap_type_cached_keys, &keys) || keys == 0) return false;
  if (!memory_.try_get(keys + layout_.keys_usable, &usable) ||
      !memory_.try_get(keys + layout_.keys_entries, &entries))
    return false;
  room_ = usable + entries;
  return true;
}

uint64_t ValuesApart::size(uint64_t instance) {
  uint64_t type = 0, values = 0;
  uint8_t prefix = 0;
  if (!read(instances_, instance + kObjectType, &type) || type != type_) return 0;
  if (layout_.managed_tagged != 0) {
    if (!read(instances_, instance + layout_.managed_tagged, &values) || (values & 1) == 0) return 0;
    values++;
  } else if (!read(instances_, instance + layout_.managed_values, &values) || values == 0) {
    return 0;
  }
  return read(blocks_, values - 1, &prefix) ? hd_values_block_size(prefix, room_) : 0;
}

template <typename T>
bool ValuesApart::read(Page& page, uint64_t address, T* value) {
  const uint64_t start = address & ~uint64_t{kPage - 1};
  if (page.address != start) {
    page.address = kNoPage;
    if (!memory_.try_read(start, page.bytes.data(), kPage)) return false;
    page.address = start;
  }
  // A word is aligned, so that it lies in one page.
  if (address - start + sizeof *value > kPage) return false;
  std::memcpy(value, page.bytes.data() + (address - start), sizeof *value);
  return true;
}

}  // namespace heapdump
