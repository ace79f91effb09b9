#pragma once
#include <unordered_map>
#include <vector>

#include "index/written_column.h"

namespace heapdump {

// A split column that is written already, with the values that did not fit.
class SaturatedColumn {
 public:
  SaturatedColumn(const IndexWriter& writer, Section section, const std::vector<LargeRow>& large)
      : column_(writer, section) {
    for (const LargeRow& row : large) large_[row.id] = row.value;
  }

  uint64_t operator()(uint32_t id) const {
    const uint32_t value = column_[id];
    return value != kSaturated ? value : large_.at(id);
  }

 private:
  WrittenSplitColumn column_;
  std::unordered_map<uint64_t, uint64_t> large_;
};

}  // namespace heapdump
