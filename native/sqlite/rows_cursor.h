#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "sqlite/table.h"

namespace heapdump {

// A cursor on rows that are all worked out when the scan begins.
template <typename Row>
class RowsCursor : public CursorOf<Row> {
 public:
  bool eof() const override { return at_ == rows_.size(); }
  void next() override {
    at_++;
    this->stand_on(rows_.data() + at_);
  }
  int64_t rowid() const override { return static_cast<int64_t>(at_); }

 protected:
  void begin(std::vector<Row> rows) {
    rows_ = std::move(rows);
    at_ = 0;
    this->stand_on(rows_.data());
  }

 private:
  std::vector<Row> rows_;
  size_t at_ = 0;
};

}  // namespace heapdump
