#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"name", kText, "what partition(by) and diff(old, by) take",
     [](const GroupingKind& row) { return row.word; }},
    {"description", kText, "what the objects of a group have in common",
     [](const GroupingKind& row) { return row.description; }},
};

class GroupingCursor : public RowsCursor<GroupingKind> {
 public:
  void filter(const Scan&) override { begin({grouping_kinds().begin(), grouping_kinds().end()}); }
};

Estimate estimate(const HeapIndex*) { return {10, 10}; }

}  // namespace

extern const Table kGroupingTable =
    declare_table<GroupingCursor, kColumns>("grouping", TableKind::kCatalog, estimate);

}  // namespace heapdump
