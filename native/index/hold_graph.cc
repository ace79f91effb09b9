#include "index/hold_graph.h"

#include "support/parallel.h"

namespace heapdump {

HoldGraph::HoldGraph(uint32_t objects, const IndexWriter& writer, const Tables& tables, const Bits& rooted)
    : objects_(objects),
      tables_(tables),
      rooted_(rooted),
      is_held_type_(objects),
      has_weak_(objects),
      leaf_(objects),
      one_holder_(objects),
      shape_(writer, Section::kShape),
      edge_base_(writer, Section::kEdgeBase),
      edge_delta_(writer, Section::kEdgeDelta),
      edge_to_(writer, Section::kEdgeTo),
      referrer_base_(writer, Section::kReferrerBase),
      referrer_delta_(writer, Section::kReferrerDelta),
      referrer_source_(writer, Section::kReferrerSource),
      referrer_position_(writer, Section::kReferrerPosition),
      by_type_(writer, Section::kByType) {
  for (uint32_t shape = 0; shape < tables.shapes(); ++shape) {
    const uint32_t row = tables.type_of(shape);
    const uint32_t type = tables.types()[row].object;
    const bool held = type != kNone && !rooted[type];
    held_type_.push_back(held ? type : kNone);
    if (held && is_held_type_.add(type)) row_of_held_.emplace(type, row);
  }
  in_parallel(worker_count(), [&](uint32_t worker) {
    const auto cut = [&](uint64_t part) {
      return part * objects / worker_count() / Bits::kWord * Bits::kWord;
    };
    const bool is_last = worker + 1 == worker_count();
    find_bits(static_cast<uint32_t>(cut(worker)), is_last ? objects : static_cast<uint32_t>(cut(worker + 1)));
  });
}

void HoldGraph::find_bits(uint32_t begin, uint32_t end) {
  uint64_t row = first_row(begin), referrer = first_referrer(begin);
  for (uint32_t id = begin; id < end; ++id) {
    const uint64_t end_of_rows = end_row(id), end_of_referrers = first_referrer(id + 1);
    const uint32_t shape = shape_[id];
    if (row == end_of_rows && held_type_[shape] == kNone) leaf_.set(id);
    if (tables_.has_weak(shape)) has_weak_.set(id);
    if (end_of_referrers - referrer == 1 && !is_held_type_[id]) one_holder_.set(id);
    row = end_of_rows;
    referrer = end_of_referrers;
  }
}

}  // namespace heapdump
