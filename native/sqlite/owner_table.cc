#include <algorithm>

#include "analysis/group_retained.h"
#include "sqlite/group.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"name", kText, "as object.owner; NULL for garbage",
     [](OpenHeap& heap, const Group& row) {
       return row.number == 0 ? std::nullopt : std::optional(heap.owners().name(row.number));
     }},
    {"count", kInteger, "objects that have this owner", [](const Group& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const Group& row) { return row.size; }},
    {"retained", kInteger, "what these retain, as type.retained, in bytes; 0 for garbage",
     [](const Group& row) { return row.retained; }},
};

class OwnerCursor : public RowsCursor<Group> {
 public:
  explicit OwnerCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan&) override {
    Owners& owners = heap_.owners();
    std::vector<Group> groups;
    for (uint32_t id = 0; id < heap_.objects(); ++id) {
      const uint32_t owner = owners.of(id);
      while (groups.size() <= owner) groups.push_back({static_cast<uint32_t>(groups.size())});
      groups[owner].add(heap_, id);
    }
    const auto retained = retained_by_group(heap_, heap_.dominator_tree(), owners.count(),
                                            [&](uint32_t id) { return owners.of(id); });
    for (Group& group : groups) group.retained = retained[group.number];
    std::erase_if(groups, [](const Group& group) { return group.count == 0; });
    std::ranges::stable_sort(groups, std::greater{}, &Group::retained);
    begin(std::move(groups));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 1000}; }

}  // namespace

extern const Table kOwnerTable = declare_table<OwnerCursor, kColumns>("owner", TableKind::kTable, estimate);

}  // namespace heapdump
