#pragma once
#include <cstdint>
#include <span>

#include "sqlite/open_heap.h"
#include "sqlite/sqlite_api.h"
#include "sqlite/values.h"
#include "support/bits.h"

namespace heapdump {

// A set of objects as a value of SQL: a BLOB with a bit for each object.id, as the aggregate function
// object_set(id) makes it. It is good as long as the value.
class ObjectSet {
 public:
  // Throws Error(kUsage) for a value that is none.
  explicit ObjectSet(sqlite3_value* value);
  bool has(uint32_t id) const { return id / 8 < bytes_.size() && (bytes_[id / 8] >> id % 8 & 1) != 0; }

 private:
  std::span<const uint8_t> bytes_;
};

// The objects of the set that one argument of a function is (docs/sets.md), all if it was not given, as far
// as they are in the object_set() that another one may be.
Bits objects_of(OpenHeap& heap, const Arguments& arguments, size_t set, size_t wanted);

int register_object_set(sqlite3* db);

}  // namespace heapdump
