#include <algorithm>

#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"name", kText, "as object.owner; NULL for garbage",
     [](OpenHeap& heap, const GroupTotals& row) {
       return heap.groupings().by("owner").name_or_none(row.group);
     }},
    {"count", kInteger, "objects that have this owner", [](const GroupTotals& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const GroupTotals& row) { return row.size; }},
    {"retained", kInteger, "what these retain, as type.retained, in bytes; 0 for garbage",
     [](const GroupTotals& row) { return row.retained; }},
};

class OwnerCursor : public RowsCursor<GroupTotals> {
 public:
  explicit OwnerCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan&) override {
    auto rows = group_totals(heap_, heap_.dominator_tree(), heap_.groupings().by("owner"));
    std::ranges::stable_sort(rows, std::greater{}, &GroupTotals::retained);
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 1000}; }

}  // namespace

extern const Table kOwnerTable = declare_table<OwnerCursor, kColumns>("owner", TableKind::kTable, estimate);

}  // namespace heapdump
