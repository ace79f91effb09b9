#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sqlite/column.h"
#include "sqlite/plan.h"
#include "sqlite/values.h"

namespace heapdump {

// How a scan begins: the plan's code, and the values of the constraints that it uses.
struct Scan {
  const Arguments& arguments;
  int plan;
  std::span<sqlite3_value*> values;
};

// The rows of one scan. `row()` is what the readers of the columns are given.
class TableCursor {
 public:
  virtual ~TableCursor() = default;
  virtual void filter(const Scan& scan) = 0;
  virtual bool eof() const = 0;
  virtual void next() = 0;
  virtual int64_t rowid() const = 0;
  const void* row() const { return row_; }

 protected:
  const void* row_ = nullptr;
};

template <typename R>
class CursorOf : public TableCursor {
 public:
  using Row = R;

 protected:
  void stand_on(const Row* row) { row_ = row; }
};

// Rows to step through, and rows to expect.
struct Estimate {
  double cost;
  double rows;
};

enum class TableKind : uint8_t {
  kTable,     // stands in the index
  kFunction,  // is worked out when asked for
  kCatalog,   // is of no heap, and there without being created
};

// A table or table-valued function, declared once, each in its own file.
struct Table {
  const char* name;
  TableKind kind;
  std::span<const Column> columns;
  // With the arguments of a function, if it has any.
  Estimate (*estimate)(const HeapIndex* heap);
  // What else serves than its arguments; nullptr for nothing.
  void (*plan)(const HeapIndex& heap, Plan& plan);
  std::unique_ptr<TableCursor> (*open)(OpenHeap* heap);
};

// The columns of one table after those of another list.
template <size_t kFirst, size_t kThen>
consteval std::array<Column, kFirst + kThen> joined(const Column (&first)[kFirst],
                                                    const Column (&then)[kThen]) {
  return [&]<size_t... i, size_t... j>(std::index_sequence<i...>, std::index_sequence<j...>) {
    return std::array<Column, kFirst + kThen>{first[i]..., then[j]...};
  }(std::make_index_sequence<kFirst>(), std::make_index_sequence<kThen>());
}

// The place of a column among those of a table.
consteval int column_named(std::span<const Column> columns, std::string_view name) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return static_cast<int>(i);
  }
  throw "there is no such column";
}

// Declares a table. Its columns read the rows on which the cursor stands.
template <typename Cursor, const auto& kColumns>
constexpr Table declare_table(const char* name, TableKind kind, Estimate (*estimate)(const HeapIndex* heap),
                              void (*plan)(const HeapIndex& heap, Plan& plan) = nullptr) {
  static_assert(std::ranges::all_of(kColumns,
                                    [](const Column& column) {
                                      return column.argument != Argument::kNone ||
                                             column.row_type == &internal::kRowTag<typename Cursor::Row>;
                                    }),
                "a column reads another kind of row");
  return {name, kind, kColumns, estimate, plan, [](OpenHeap* heap) -> std::unique_ptr<TableCursor> {
            if constexpr (std::is_default_constructible_v<Cursor>) {
              return std::make_unique<Cursor>();
            } else {
              return std::make_unique<Cursor>(*heap);
            }
          }};
}

// All that there are. The list is in tables.cc.
std::span<const Table* const> tables();
// Throws Error(kUsage) for a name that no table has.
const Table& table_named(std::string_view name);
// CREATE TABLE, for sqlite3_declare_vtab.
std::string declaration(const Table& table);

}  // namespace heapdump
