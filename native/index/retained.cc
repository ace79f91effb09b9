#include "index/retained.h"

#include <algorithm>
#include <unordered_map>

#include "index/dominators.h"
#include "index/permutations.h"

namespace heapdump {
namespace {

class Sizes {
 public:
  Sizes(const IndexWriter& writer, const std::vector<LargeRow>& large) : size_(writer, Section::kSize) {
    for (const LargeRow& row : large) large_[row.id] = row.value;
  }
  uint64_t operator[](uint32_t id) const { return size_[id] != kSaturated ? size_[id] : large_.at(id); }

 private:
  WrittenColumn<uint32_t> size_;
  std::unordered_map<uint64_t, uint64_t> large_;
};

// By number: the sizes of all that a node dominates, itself among them.
PageArray<uint64_t> sum_retained(const SpanningTree& tree, const PageArray<uint32_t>& dominator,
                                 const Sizes& sizes) {
  const uint32_t count = static_cast<uint32_t>(tree.object.size());
  PageArray<uint64_t> retained(count);
  for (uint32_t id = 0; id < tree.number.size(); ++id) {
    const uint32_t holder = tree.only_holder[id];
    retained[holder == kNone ? tree.number[id] : tree.number[holder]] += sizes[id];
  }
  for (uint32_t node = count - 1; node > 0; node--) {
    if (dominator[node] != 0) retained[dominator[node]] += retained[node];
  }
  return retained;
}

}  // namespace

void place_retained(uint32_t objects, IndexWriter& writer) {
  for (const Section section : {Section::kDominator, Section::kRetained, Section::kByRetained}) {
    writer.place(section, uint64_t{objects} * 4);
  }
}

std::vector<LargeRow> write_retained(const HoldGraph& graph, const Held& held,
                                     const std::vector<LargeRow>& large_sizes, IndexWriter& writer) {
  std::vector<LargeRow> large;
  {
    const SpanningTree tree = search_from_roots(graph, held);
    const PageArray<uint32_t> dominator = dominators(graph, tree);
    const Sizes sizes(writer, large_sizes);
    const PageArray<uint64_t> retained = sum_retained(tree, dominator, sizes);
    constexpr uint32_t kRun = 1 << 16;
    std::vector<uint32_t> dominators, values;
    for (uint32_t first = 0; first < graph.objects(); first += kRun) {
      dominators.clear();
      values.clear();
      for (uint32_t id = first; id < std::min<uint64_t>(graph.objects(), uint64_t{first} + kRun); ++id) {
        const uint32_t holder = tree.only_holder[id], node = tree.number[id];
        const uint64_t value = holder == kNone ? retained[node] : sizes[id];
        if (value >= kSaturated) large.push_back({id, value});
        values.push_back(static_cast<uint32_t>(std::min<uint64_t>(value, kSaturated)));
        const uint32_t above = holder != kNone        ? holder
                               : dominator[node] != 0 ? tree.object[dominator[node]]
                                                      : kNone;
        dominators.push_back(tree.live[id] ? above : kNone);
      }
      writer.write_rows(Section::kDominator, first, dominators.data(), dominators.size());
      writer.write_rows(Section::kRetained, first, values.data(), values.size());
    }
  }
  const WrittenColumn<uint32_t> retained(writer, Section::kRetained);
  write_descending(graph.objects(), retained, large, Section::kByRetained, writer);
  return large;
}

}  // namespace heapdump
