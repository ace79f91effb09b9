#include "analysis/diff.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"name", kText, "name of the group; NULL for objects that are in none, such as garbage",
     [](const GroupCount& row) { return or_null(row.name); }},
    {"count", kInteger, "objects of the group", [](const GroupCount& row) { return row.all.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const GroupCount& row) { return row.all.size; }},
    {"by", kText, "argument: what a row is, as for partition(); rows of one name are one row, as for diff()",
     Argument::kNeeded},
    {"of", kText,
     "argument, optional: the set to count (docs/sets.md), in which a type or an address that the dump does "
     "not "
     "have stands for no objects; all if it is not given or NULL",
     Argument::kOptional},
};

class CountsCursor : public RowsCursor<GroupCount> {
 public:
  explicit CountsCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const std::string set = scan.arguments.text(1);
    const auto of = set.empty() ? nullptr : heap_.set(set, true);
    begin(count_groups(heap_, heap_.groupings().by(scan.arguments.text(0)), of.get()));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 2.0 + 4, 1000}; }

}  // namespace

extern const Table kCountsTable =
    declare_table<CountsCursor, kColumns>("counts", TableKind::kFunction, estimate);

}  // namespace heapdump
