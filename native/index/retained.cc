#include "index/retained.h"

#include <algorithm>

#include "index/dominators.h"
#include "index/permutations.h"
#include "index/saturated_column.h"

namespace heapdump {
namespace {

// By number: the sizes of all that a node dominates, itself among them.
PageArray<uint64_t> sum_retained(const HoldGraph& graph, const SpanningTree& tree,
                                 const PageArray<uint32_t>& dominator, const SaturatedColumn& sizes) {
  const uint32_t count = static_cast<uint32_t>(tree.object.size());
  PageArray<uint64_t> retained(count);
  for (uint32_t id = 0; id < tree.number.size(); ++id) {
    const uint32_t number = tree.number[id];
    retained[number != 0 ? number : tree.number[graph.only_holder(id)]] += sizes(id);
  }
  for (uint32_t node = count - 1; node > 0; node--) {
    if (dominator[node] != 0) retained[dominator[node]] += retained[node];
  }
  return retained;
}

}  // namespace

void place_retained(uint32_t objects, IndexWriter& writer) {
  writer.place(Section::kDominator, uint64_t{objects} * 4);
  writer.place_split(Section::kRetained, objects);
  place_descending(objects, Section::kByRetained, writer);
}

std::vector<LargeRow> write_retained(const HoldGraph& graph, const Held& held,
                                     const std::vector<LargeRow>& large_sizes, IndexWriter& writer) {
  std::vector<LargeRow> large;
  {
    const SpanningTree tree = search_from_roots(graph, held);
    const PageArray<uint32_t> dominator = dominators(graph, tree);
    const SaturatedColumn sizes(writer, Section::kSize, large_sizes);
    const PageArray<uint64_t> retained = sum_retained(graph, tree, dominator, sizes);
    constexpr uint32_t kRun = 1 << 16;
    std::vector<uint32_t> dominators, values;
    for (uint32_t first = 0; first < graph.objects(); first += kRun) {
      dominators.clear();
      values.clear();
      for (uint32_t id = first; id < std::min<uint64_t>(graph.objects(), uint64_t{first} + kRun); ++id) {
        const uint32_t node = tree.number[id];
        const uint64_t value = node != 0 ? retained[node] : sizes(id);
        if (value >= kSaturated) large.push_back({id, value});
        values.push_back(static_cast<uint32_t>(std::min<uint64_t>(value, kSaturated)));
        const uint32_t above = node == 0              ? graph.only_holder(id)
                               : dominator[node] != 0 ? tree.object[dominator[node]]
                                                      : kNone;
        dominators.push_back(tree.live[id] ? above : kNone);
      }
      writer.write_rows(Section::kDominator, first, dominators.data(), dominators.size());
      writer.write_split(Section::kRetained, first, values);
    }
  }
  write_descending(graph.objects(), Section::kRetained, large, Section::kByRetained, writer);
  return large;
}

}  // namespace heapdump
