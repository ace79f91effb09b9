#include "sqlite/object_set.h"

#include <new>
#include <vector>

#include "support/error.h"
#include "support/ids.h"

namespace heapdump {
namespace {

using Bytes = std::vector<uint8_t>;

void add(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  const sqlite3_int64 id = sqlite3_value_int64(values[0]);
  if (sqlite3_value_type(values[0]) != SQLITE_INTEGER || id < 0 || id >= kNone) {
    return sqlite3_result_error(context, "object_set() takes ids of objects", -1);
  }
  auto** bytes = static_cast<Bytes**>(sqlite3_aggregate_context(context, sizeof(Bytes*)));
  try {
    if (bytes == nullptr) throw std::bad_alloc();
    if (*bytes == nullptr) *bytes = new Bytes;
    const auto place = static_cast<size_t>(id / 8);
    if (place >= (*bytes)->size()) (*bytes)->resize(place + 1);
    (**bytes)[place] |= static_cast<uint8_t>(1 << id % 8);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

// SQLite also calls it after an error, so that what `add` has made is freed.
void finish(sqlite3_context* context) {
  auto** bytes = static_cast<Bytes**>(sqlite3_aggregate_context(context, 0));
  if (bytes == nullptr || *bytes == nullptr) return sqlite3_result_zeroblob(context, 0);
  sqlite3_result_blob64(context, (*bytes)->data(), (*bytes)->size(), SQLITE_TRANSIENT);
  delete *bytes;
}

}  // namespace

ObjectSet::ObjectSet(sqlite3_value* value) {
  if (sqlite3_value_type(value) != SQLITE_BLOB) {
    throw Error(ExitCode::kUsage, "objects is not a result of object_set(id)");
  }
  bytes_ = {static_cast<const uint8_t*>(sqlite3_value_blob(value)),
            static_cast<size_t>(sqlite3_value_bytes(value))};
}

Bits objects_of(OpenHeap& heap, const Arguments& arguments, size_t set, size_t wanted) {
  const std::string text = arguments[set] == nullptr ? "" : text_of(arguments[set]);
  Bits found = *heap.set(text.empty() ? "all" : text);
  sqlite3_value* const given = arguments[wanted];
  if (given == nullptr || sqlite3_value_type(given) == SQLITE_NULL) return found;
  const ObjectSet objects(given);
  for (uint32_t id = 0; id < heap.objects(); ++id) {
    if (!objects.has(id)) found.clear(id);
  }
  return found;
}

int register_object_set(sqlite3* db) {
  return sqlite3_create_function_v2(db, "object_set", 1,
                                    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr, nullptr,
                                    add, finish, nullptr);
}

}  // namespace heapdump
