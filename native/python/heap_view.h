#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "process/memory.h"

extern "C" {
#include "walk/walk.h"
}

namespace heapdump {

// Objects of another process, read by a layout that may be wrong while the process may be running: whatever
// does not look like what it should be reads as 0, false or empty.
class HeapView {
 public:
  HeapView(const Memory& memory, const hd_layout& layout, const hd_types& types)
      : memory_(memory), layout_(layout), types_(types) {}

  uint64_t word(uint64_t address) const { return value<uint64_t>(address); }
  template <typename T>
  T value(uint64_t address) const {
    T found;
    return memory_.try_get(address, &found) ? found : T{};
  }
  uint64_t type_of(uint64_t object) const { return is_pointer(object) ? word(object + 8) : 0; }
  bool is(uint64_t object, uint64_t type) const { return type != 0 && type_of(object) == type; }

  std::string c_string(uint64_t address) const;
  // tp_name of a type.
  std::string type_name(uint64_t type) const { return c_string(word(type + layout_.type_name)); }
  // What an ASCII str of at most 1,000 characters says.
  std::string text(uint64_t str) const;
  // Calls `visit` with each key and value until it returns false. False if this is not a dict that makes
  // sense.
  bool visit_dict(uint64_t dict, const std::function<bool(uint64_t key, uint64_t value)>& visit) const;
  uint64_t lookup(uint64_t dict, const std::string& key) const;

 private:
  static bool is_pointer(uint64_t address) { return address != 0 && address % 8 == 0 && address >> 47 == 0; }

  const Memory& memory_;
  const hd_layout& layout_;
  const hd_types& types_;
};

}  // namespace heapdump
