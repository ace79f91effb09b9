#pragma once
#include <cstdint>
#include <type_traits>

#include "sqlite/open_heap.h"
#include "sqlite/result.h"

namespace heapdump {

// kAddress is an integer that is shown as 0x…; SQLite compares it as a number.
enum class ColumnType : uint8_t { kInteger, kText, kBlob, kAddress };
constexpr ColumnType kInteger = ColumnType::kInteger, kText = ColumnType::kText, kBlob = ColumnType::kBlob,
                     kAddress = ColumnType::kAddress;

// Whether a column is an argument of a table-valued function: then it is hidden, and has what was given.
enum class Argument : uint8_t { kNone, kNeeded, kOptional };

namespace internal {

template <typename Row>
inline constexpr char kRowTag = 0;

template <typename Method>
struct Reader;
template <typename Read, typename Value, typename R>
struct Reader<Value (Read::*)(R) const> {
  using Row = std::remove_cvref_t<R>;
  static Value read(OpenHeap*, const Row& row) { return Read{}(row); }
};
template <typename Read, typename Value, typename R>
struct Reader<Value (Read::*)(OpenHeap&, R) const> {
  using Row = std::remove_cvref_t<R>;
  static Value read(OpenHeap* heap, const Row& row) { return Read{}(*heap, row); }
};

}  // namespace internal

// A column: how SQL sees it, and the reader of its value. From these come the declarations of the tables,
// `heapdump sql --schema` and docs/sql.md.
struct Column {
  // `Read` is a lambda of a row, or of the heap and a row, that returns what result() takes.
  template <typename Read>
    requires std::is_empty_v<Read>
  consteval Column(const char* name, ColumnType type, const char* description, Read)
      : name(name), type(type), description(description) {
    using Reader = internal::Reader<decltype(&Read::operator())>;
    using Row = typename Reader::Row;
    row_type = &internal::kRowTag<Row>;
    read = [](sqlite3_context* context, OpenHeap* heap, const void* row) {
      result(context, Reader::read(heap, *static_cast<const Row*>(row)));
    };
  }
  consteval Column(const char* name, ColumnType type, const char* description, Argument argument)
      : name(name), type(type), description(description), argument(argument) {}

  const char* name;
  ColumnType type;
  const char* description;
  Argument argument = Argument::kNone;
  void (*read)(sqlite3_context* context, OpenHeap* heap, const void* row) = nullptr;
  const void* row_type = nullptr;
};

const char* column_type_name(ColumnType type);

}  // namespace heapdump
