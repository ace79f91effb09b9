#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "index/tables.h"
#include "index/written_column.h"
#include "support/bits.h"

namespace heapdump {

// Who keeps whom alive, read from the columns that stand in the file: every reference but weak ones, and from
// each object to its type if that type is not rooted anyway.
class HoldGraph {
 public:
  HoldGraph(uint32_t objects, const IndexWriter& writer, const Tables& tables, const Bits& rooted);

  uint32_t objects() const { return objects_; }
  bool is_rooted(uint32_t id) const { return rooted_[id]; }
  // It holds nothing.
  bool is_leaf(uint32_t id) const { return leaf_[id]; }
  bool has_one_holder(uint32_t id) const { return one_holder_[id]; }
  // Of an object with one holder.
  uint32_t only_holder(uint32_t id) const { return referrer_source_[first_referrer(id)]; }
  // References to it, weak ones and repetitions counted.
  uint64_t referrers(uint32_t id) const { return first_referrer(id + 1) - first_referrer(id); }
  // kNone if the type is rooted, or not in the dump.
  uint32_t held_type(uint32_t id) const { return held_type_[shape_[id]]; }

  // Rows of what an object refers to, and their targets; kNone for a reference that is not set or weak.
  uint64_t first_row(uint32_t id) const { return edge_base_[id / kBlock] + edge_delta_[id]; }
  uint64_t end_row(uint32_t id) const { return first_row(id + 1); }
  uint32_t target(uint32_t id, uint64_t row) const {
    const uint32_t target = edge_to_[row];
    if (has_weak_[id] && tables_.is_weak(shape_[id], row - first_row(id))) [[unlikely]]
      return kNone;
    return target;
  }

  // The `__dict__` of an object, or kNone.
  uint32_t names_of(uint32_t id) const {
    const uint32_t position = tables_.namespace_position(shape_[id]);
    const uint64_t row = first_row(id) + position;
    return position == kNone || row >= end_row(id) ? kNone : target(id, row);
  }
  // Whether the reference has neither a name nor a place that says what it is.
  bool is_unnamed(uint32_t id, uint64_t row) const {
    return tables_.kind_of(shape_[id], row - first_row(id)) == HD_REF_OTHER;
  }

  // `each` of the objects that hold one, with repetitions.
  template <typename Each>
  void holders(uint32_t id, Each each) const {
    const uint64_t end = first_referrer(id + 1);
    for (uint64_t row = first_referrer(id); row < end; ++row) {
      const uint32_t source = referrer_source_[row];
      if (has_weak_[source] && tables_.is_weak(shape_[source], referrer_position_[row])) [[unlikely]]
        continue;
      each(source);
    }
    if (!is_held_type_[id]) return;
    const TypeRow& type = tables_.types()[row_of_held_.at(id)];
    for (uint64_t rank = type.first; rank < type.first + type.count; ++rank) each(by_type_[rank]);
  }

 private:
  // Of the ids from `begin` to below `end`.
  void find_bits(uint32_t begin, uint32_t end);
  uint64_t first_referrer(uint32_t id) const { return referrer_base_[id / kBlock] + referrer_delta_[id]; }

  const uint32_t objects_;
  const Tables& tables_;
  const Bits& rooted_;
  std::vector<uint32_t> held_type_;  // by row of shapes
  std::unordered_map<uint32_t, uint32_t> row_of_held_;
  Bits is_held_type_, has_weak_, leaf_, one_holder_;
  WrittenSplitColumn shape_;
  WrittenColumn<uint64_t> edge_base_;
  WrittenSplitColumn edge_delta_;
  WrittenColumn<uint32_t> edge_to_;
  WrittenColumn<uint64_t> referrer_base_;
  WrittenSplitColumn referrer_delta_;
  WrittenColumn<uint32_t> referrer_source_;
  WrittenSplitColumn referrer_position_;
  WrittenColumn<uint32_t> by_type_;
};

}  // namespace heapdump
