#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "heap/heap_index.h"
#include "sqlite/sqlite_api.h"

namespace heapdump {

// An object.id; NULL for kNone.
struct Id {
  uint32_t id;
};

// What the reader of a column returns, given to SQLite.
template <std::integral T>
void result(sqlite3_context* context, T value) {
  sqlite3_result_int64(context, static_cast<sqlite3_int64>(value));
}
inline void result(sqlite3_context* context, Id id) {
  if (id.id != kNone) result(context, id.id);
}
// Text that lives as long as the index.
inline void result(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
}
inline void result(sqlite3_context* context, const char* text) { result(context, std::string_view(text)); }
// Text that SQLite copies.
inline void result(sqlite3_context* context, const std::string& text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}
template <typename T>
void result(sqlite3_context* context, const std::optional<T>& value) {
  if (value) result(context, *value);
}

// NULL if the text is empty.
inline std::optional<std::string_view> or_null(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace heapdump
