#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "sqlite/virtual_table.h"

namespace heapdump {

// A cursor on rows that are all worked out when the scan begins.
template <typename Row>
class RowsCursor : public TableCursor {
 public:
  bool Eof() const override { return at_ == rows_.size(); }
  void Next() override { at_++; }
  int64_t Rowid() const override { return static_cast<int64_t>(at_); }

 protected:
  void Begin(std::vector<Row> rows) {
    rows_ = std::move(rows);
    at_ = 0;
  }
  const Row& row() const { return rows_[at_]; }

 private:
  std::vector<Row> rows_;
  size_t at_ = 0;
};

// The plan of a function: its arguments are the columns from `first` to `last`, the one `needed` must be
// given. Bits of the plan tell which were, in the order of the columns.
inline bool PlanFunction(Plan& plan, int first, int last, int needed, const char* name, double cost,
                         double rows) {
  int given = 0;
  for (int column = first; column <= last; column++) {
    const int constraint = plan.Find(column, SQLITE_INDEX_CONSTRAINT_EQ);
    if (constraint < 0 && column <= needed) return false;
    if (constraint < 0) continue;
    plan.UseArgument(constraint, column == first ? name : "");
    given |= 1 << (column - first);
  }
  plan.Answer(given, cost, rows);
  return true;
}

}  // namespace heapdump
