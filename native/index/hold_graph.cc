#include "index/hold_graph.h"

namespace heapdump {

HoldGraph::HoldGraph(uint32_t objects, const IndexWriter& writer, const Tables& tables, const Bits& rooted)
    : objects_(objects),
      tables_(tables),
      rooted_(rooted),
      is_held_type_(objects),
      has_weak_(objects),
      leaf_(objects),
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
  uint64_t row = 0;
  for (uint32_t id = 0; id < objects; ++id) {
    const uint64_t end = end_row(id);
    if (row == end && held_type_[shape_[id]] == kNone) leaf_.set(id);
    if (tables.has_weak(shape_[id])) has_weak_.set(id);
    row = end;
  }
}

}  // namespace heapdump
