#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sqlite/open_heap.h"
#include "sqlite/schema.h"
#include "sqlite/sqlite_api.h"

namespace heapdump {

// What xBestIndex is asked, and what it answers: which constraints are used, and how the rows are then found.
class Plan {
 public:
  explicit Plan(sqlite3_index_info* info) : info_(info) {}

  // The number of the first usable constraint on a column, of those from number `from` on, or -1.
  int find(int column, unsigned char op, int from = 0) const;
  // Its value becomes the next argument of Cursor::Filter; `shown` is how EXPLAIN QUERY PLAN shows it.
  void use(int constraint, std::string_view shown);
  // The same for a function's argument, which need not be compared again.
  void use_argument(int constraint, std::string_view shown) {
    use(constraint, shown);
    info_->aConstraintUsage[constraint].omit = 1;
  }
  void show(std::string_view shown) { note_ += shown; }
  void answer(int plan, double cost, double rows, bool unique = false);

  int order_terms() const { return info_->nOrderBy; }
  const sqlite3_index_info::sqlite3_index_orderby& order(int term) const { return info_->aOrderBy[term]; }
  void take_order() { info_->orderByConsumed = 1; }

 private:
  sqlite3_index_info* info_;
  std::string note_;
  int arguments_ = 0;
};

// The plan of a function: its arguments are the columns from `first` to `last`, those up to `needed` must be
// given. Bits of the plan tell which of the others were, in their order.
bool plan_function(Plan& plan, int first, int last, int needed, const char* name, double cost, double rows);

// The rows of one scan.
class TableCursor {
 public:
  virtual ~TableCursor() = default;
  virtual void filter(int plan, std::span<sqlite3_value*> arguments) = 0;
  virtual bool eof() const = 0;
  virtual void next() = 0;
  virtual void column(sqlite3_context* context, int column) = 0;
  virtual int64_t rowid() const = 0;
};

// What a virtual table is made of: how a query is planned, and how it is run.
struct TableKind {
  const char* name;
  // False where no plan serves, as for a function without its argument.
  bool (*plan)(const HeapIndex& heap, Plan& plan);
  std::unique_ptr<TableCursor> (*open)(OpenHeap& heap);
};

std::span<const TableKind> table_kinds();

// The kinds of each file.
extern const TableKind kObjectTable, kReferenceTable, kReferrersTable, kReferentsTable, kReachableTable,
    kDominatedTable, kPathToRootTable, kMergedPathsTable, kOwnerTable, kLeaksTable, kDiffTable,
    kDominatedTypesTable, kWasteTable, kTypeTable, kRootTable, kThreadTable, kFrameTable, kModuleTable,
    kMetaTable;

// Registers the module `heapdump` and the table schema_column.
int register_modules(sqlite3* db);
int register_schema_column(sqlite3* db);

// Arguments and results.
inline void result(sqlite3_context* context, uint64_t value) {
  sqlite3_result_int64(context, static_cast<sqlite3_int64>(value));
}
// NULL for kNone.
inline void result_id(sqlite3_context* context, uint32_t id) {
  if (id != kNone) result(context, id);
}
// Text that lives as long as the index.
inline void result_text(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
}
// Text that SQLite copies.
inline void result_copy(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}
// The same, NULL where it is empty.
inline void result_copy_or_null(sqlite3_context* context, std::string_view text) {
  if (!text.empty()) result_copy(context, text);
}
// Text that lives as long as the index, NULL where it is empty.
inline void result_name(sqlite3_context* context, std::string_view text) {
  if (!text.empty()) result_text(context, text);
}

// The integers that satisfy `column OP value`, as a closed interval cut to 0 ... INT64_MAX; none where it is
// empty.
struct Interval {
  uint64_t low = 0;
  uint64_t high = INT64_MAX;
  bool empty() const { return low > high; }
  void restrict(unsigned char op, sqlite3_value* value);
};
// The id that a value names, or kNone.
uint32_t id_of(sqlite3_value* value, uint32_t objects);
// Empty for NULL.
std::string text_of(sqlite3_value* value);
// hd_reference_kind, or -1.
int kind_of(sqlite3_value* value);

}  // namespace heapdump
