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
  bool eof() const override { return at_ == rows_.size(); }
  void next() override { at_++; }
  int64_t rowid() const override { return static_cast<int64_t>(at_); }

 protected:
  void begin(std::vector<Row> rows) {
    rows_ = std::move(rows);
    at_ = 0;
  }
  const Row& row() const { return rows_[at_]; }

 private:
  std::vector<Row> rows_;
  size_t at_ = 0;
};

}  // namespace heapdump
