#include <algorithm>

#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"path", kText,
     "the paths of several instances as one, [*] for any key or index, (…)* for repeated steps "
     "(docs/paths.md); NULL for garbage",
     [](OpenHeap& heap, const GroupTotals& row) {
       return heap.groupings().by("path").name_or_none(row.group);
     }},
    {"count", kInteger, "instances with such a path", [](const GroupTotals& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const GroupTotals& row) { return row.size; }},
    {"retained", kInteger, "what these retain, as type.retained, in bytes; 0 for garbage",
     [](const GroupTotals& row) { return row.retained; }},
    {"example", kInteger, "object.id of one of them", [](const GroupTotals& row) { return row.example; }},
    {"type", kInteger, "argument: object.id of the type", Argument::kNeeded},
};

class MergedPathsCursor : public RowsCursor<GroupTotals> {
 public:
  explicit MergedPathsCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const uint32_t object = scan.arguments.id(0, heap_);
    const uint32_t type = object == kNone ? kNone : heap_.type_of_object(object);
    std::vector<GroupTotals> rows;
    if (type != kNone) {
      rows = group_totals(heap_, &heap_.dominator_tree(), heap_.groupings().by("path"),
                          [&](uint32_t id) { return heap_.type(id) == type; });
    }
    std::ranges::stable_sort(rows, std::greater{}, &GroupTotals::count);
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() + 4.0, 20}; }

}  // namespace

extern const Table kMergedPathsTable =
    declare_table<MergedPathsCursor, kColumns>("merged_paths", TableKind::kFunction, estimate);

}  // namespace heapdump
