#include <algorithm>
#include <unordered_map>

#include "analysis/group_retained.h"
#include "sqlite/group.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"path", kText,
     "the paths of several instances as one, […] for a key, an index or an element, (…)* for steps that are "
     "repeated; NULL for garbage",
     [](OpenHeap& heap, const Group& row) {
       return row.number == 0 ? std::nullopt : std::optional(heap.patterns().format(row.number));
     }},
    {"count", kInteger, "instances with such a path", [](const Group& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const Group& row) { return row.size; }},
    {"retained", kInteger, "what these retain, as type.retained, in bytes; 0 for garbage",
     [](const Group& row) { return row.retained; }},
    {"example", kInteger, "object.id of one of them", [](const Group& row) { return row.example; }},
    {"type", kInteger, "argument: object.id of the type", Argument::kNeeded},
};

class MergedPathsCursor : public RowsCursor<Group> {
 public:
  explicit MergedPathsCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const uint32_t object = scan.arguments.id(0, heap_);
    const uint32_t type = object == kNone ? kNone : heap_.type_of_object(object);
    begin(type == kNone ? std::vector<Group>() : of_instances(type));
  }

 private:
  std::vector<Group> of_instances(uint32_t type) {
    std::vector<Group> groups;
    std::unordered_map<uint32_t, uint32_t> places;  // by pattern
    const Range ranks = heap_.instances(type);
    for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
      const uint32_t id = heap_.by_type(rank);
      if (id == kNone) continue;
      const uint32_t pattern = heap_.patterns().of(id);
      const auto [at, fresh] = places.try_emplace(pattern, static_cast<uint32_t>(groups.size()));
      if (fresh) groups.push_back({pattern});
      groups[at->second].add(heap_, id);
    }
    const auto retained = retained_by_group(heap_, heap_.dominator_tree(),
                                            static_cast<uint32_t>(groups.size()), [&](uint32_t id) {
                                              if (heap_.type(id) != type) return kNone;
                                              const auto at = places.find(heap_.patterns().of(id));
                                              return at == places.end() ? kNone : at->second;
                                            });
    for (size_t i = 0; i < groups.size(); ++i) groups[i].retained = retained[i];
    std::ranges::stable_sort(groups, std::greater{}, &Group::count);
    return groups;
  }

  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() + 4.0, 20}; }

}  // namespace

extern const Table kMergedPathsTable =
    declare_table<MergedPathsCursor, kColumns>("merged_paths", TableKind::kFunction, estimate);

}  // namespace heapdump
