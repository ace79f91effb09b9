#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/grouping.h"
#include "analysis/joint.h"
#include "support/bits.h"
#include "support/page_array.h"

namespace heapdump {

// A set of objects divided by what they have in common. Its rows are numbered: those of most bytes first.
class Partition {
 public:
  // `sorted` rows are in order, the others behind them are not; that takes less time than to sort millions.
  Partition(const HeapIndex& heap, Grouping& grouping, const Bits& set, uint64_t sorted = UINT64_MAX);

  struct Row {
    uint32_t group = kNone;  // of the grouping; kNone for what is in none
    uint64_t count = 0;
    uint64_t size = 0;         // bytes
    uint32_t example = kNone;  // the lowest id
  };
  std::span<const Row> rows() const { return rows_; }
  // The objects of a row.
  Bits members(uint64_t row) const;
  // What would be freed with all objects of a row, for each of some rows, in bytes.
  std::vector<uint64_t> retained(Joint& joint, std::span<const uint32_t> rows) const;
  std::vector<uint64_t> all_retained(Joint& joint) const;

 private:
  void settle_most(std::span<const uint32_t> rows, std::vector<size_t>& open,
                   std::vector<uint64_t>& retained) const;

  const HeapIndex& heap_;
  PageArray<uint32_t> of_;  // by id: 1 + the number of its group, 0 for what is not in the set
  std::vector<Row> rows_;
};

}  // namespace heapdump
