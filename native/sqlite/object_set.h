#pragma once
#include <cstdint>
#include <span>

#include "sqlite/sqlite_api.h"

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

int register_object_set(sqlite3* db);

}  // namespace heapdump
