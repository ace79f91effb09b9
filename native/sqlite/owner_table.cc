#include "analysis/partition.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

struct OwnerRow : Partition::Row {
  uint64_t retained = 0;
};

constexpr Column kColumns[] = {
    {"name", kText, "name of the owner; NULL for objects that have none: garbage",
     [](OpenHeap& heap, const OwnerRow& row) {
       return heap.groupings().by("owner").name_or_none(row.group);
     }},
    {"count", kInteger, "its objects", [](const OwnerRow& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const OwnerRow& row) { return row.size; }},
    {"retained", kInteger,
     "what would be freed with all of these at once, in bytes; of garbage they alone count",
     [](const OwnerRow& row) { return row.retained; }},
};

// Those first that retain most.
class OwnerCursor : public RowsCursor<OwnerRow> {
 public:
  explicit OwnerCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const Partition partition(heap_, heap_.groupings().by("owner"), *heap_.set("all"));
    std::vector<uint64_t> retained;
    if (scan.plan == 1) retained = partition.all_retained(heap_.joint());
    std::vector<OwnerRow> rows;
    for (size_t row = 0; row < partition.rows().size(); ++row) {
      rows.push_back({partition.rows()[row], retained.empty() ? 0 : retained[row]});
    }
    std::ranges::stable_sort(rows, std::greater{}, &OwnerRow::retained);
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
};

void plan(const HeapIndex& heap, Plan& plan) {
  const bool retained = plan.reads(column_named(kColumns, "retained"));
  plan.answer(retained ? 1 : 0, heap.objects() * (retained ? 4.0 : 1.0) + 4, 1000);
}

}  // namespace

extern const Table kOwnerTable =
    declare_table<OwnerCursor, kColumns>("owner", TableKind::kTable, nullptr, plan);

}  // namespace heapdump
