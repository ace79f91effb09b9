#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "sqlite/sqlite_api.h"

namespace heapdump {

// What xBestIndex is asked, and what it answers: which constraints are used, and how the rows are then found.
class Plan {
 public:
  explicit Plan(sqlite3_index_info* info) : info_(info) {}

  // The number of the first usable constraint on a column, of those from number `from` on, or -1.
  int find(int column, unsigned char op, int from = 0) const;
  // Whether there is an equality on a column whose value is not known where this table stands in the join.
  bool waits_for(int column) const;
  // Its value becomes the next of Scan::values; `shown` is how EXPLAIN QUERY PLAN shows it.
  void use(int constraint, std::string_view shown);
  // The same, for an equality on the column if there is one.
  bool use_equal(int column, std::string_view shown);
  // The same for a function's argument, which SQLite need not compare again. They come before the rest.
  void use_argument(int constraint, int argument, std::string_view shown);
  void show(std::string_view shown) { note_ += shown; }
  // `code` comes back as Scan::plan.
  void answer(int code, double cost, double rows, bool unique = false);

  // Whether the query reads a column.
  bool reads(int column) const { return (info_->colUsed >> std::min(column, 63) & 1) != 0; }

  int order_terms() const { return info_->nOrderBy; }
  const sqlite3_index_info::sqlite3_index_orderby& order(int term) const { return info_->aOrderBy[term]; }
  void take_order() { info_->orderByConsumed = 1; }

  // idxNum has a bit for each argument that was given, and the code above.
  static constexpr int kMaxArguments = 6;

 private:
  sqlite3_index_info* info_;
  std::string note_;
  int values_ = 0;
  int arguments_given_ = 0;
};

}  // namespace heapdump
