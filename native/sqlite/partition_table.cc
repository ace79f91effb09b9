#include <algorithm>
#include <numeric>
#include <tuple>

#include "analysis/partition.h"
#include "sqlite/object_set.h"
#include "sqlite/rows_cursor.h"
#include "support/error.h"

namespace heapdump {
namespace {

struct PartitionRow : Partition::Row {
  uint32_t row = 0;
  uint64_t rank = 0;
  uint64_t retained = 0;
  const Grouping* grouping = nullptr;

  const TypeRow* type() const { return group == kNone ? nullptr : grouping->type(group); }
};

constexpr Column kColumns[] = {
    {"row", kInteger, "0 … n−1, those of most bytes first; what stands behind the colon in `SET/rcs:0`",
     [](const PartitionRow& row) { return row.row; }},
    {"name", kText, "what the objects have in common; NULL for those that are in no group, such as garbage",
     [](const PartitionRow& row) { return row.grouping->name_or_none(row.group); }},
    {"count", kInteger, "its objects", [](const PartitionRow& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const PartitionRow& row) { return row.size; }},
    {"retained", kInteger,
     "what would be freed with all of them at once, in bytes; of garbage they alone count. For many rows "
     "that "
     "takes time: ask for `rank < 20`",
     [](const PartitionRow& row) { return row.retained; }},
    {"type", kInteger, "object.id of the type whose instances they are; NULL for other partitions",
     [](const PartitionRow& row) { return Id{row.type() == nullptr ? kNone : row.type()->object}; }},
    {"address", kAddress, "address of that type",
     [](const PartitionRow& row) {
       return row.type() == nullptr || row.type()->address == 0 ? std::nullopt
                                                                : std::optional(row.type()->address);
     }},
    {"example", kInteger, "object.id of one of them",
     [](const PartitionRow& row) { return Id{row.example}; }},
    {"rank", kInteger, "0 … n−1 in the order that `sort` asks for, in which the rows come",
     [](const PartitionRow& row) { return row.rank; }},
    {"by", kText, "argument: a name of the table grouping, `referrers(…)` of one, or several with commas",
     Argument::kNeeded},
    {"of", kText,
     "argument, optional: the set that is divided (docs/sets.md); all if it is not given or NULL",
     Argument::kOptional},
    {"objects", kBlob,
     "argument, optional: the objects of the set to count, as object_set(id) returns them; all if not given",
     Argument::kOptional},
    {"sort", kText, "argument, optional: what the first rows have most of: size, count or retained",
     Argument::kOptional},
};

constexpr int kRank = column_named(kColumns, "rank");

enum Code { kLess = 1, kAtMost = 2, kEqual = 4, kWithRetained = 8 };

class PartitionCursor : public RowsCursor<PartitionRow> {
 public:
  explicit PartitionCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    Interval asked;
    if ((scan.plan & kLess) != 0) asked.restrict(SQLITE_INDEX_CONSTRAINT_LT, scan.values[0]);
    if ((scan.plan & kAtMost) != 0) asked.restrict(SQLITE_INDEX_CONSTRAINT_LE, scan.values[0]);
    if ((scan.plan & kEqual) != 0) asked.restrict(SQLITE_INDEX_CONSTRAINT_EQ, scan.values[0]);
    const std::string sort = scan.arguments.text(3);
    const bool by_size = sort.empty() || sort == "size", by_retained = sort == "retained";
    if (!by_size && !by_retained && sort != "count")
      throw Error(ExitCode::kUsage, "no order '" + sort + "': it is one of size, count, retained");
    Grouping& grouping = heap_.groupings().by(scan.arguments.text(0));
    const uint64_t end = asked.empty() ? 0 : asked.high + uint64_t{1};
    const Partition partition(heap_, grouping, objects_of(heap_, scan.arguments, 1, 2),
                              by_size ? end : UINT64_MAX);
    std::vector<uint32_t> order(partition.rows().size());
    std::iota(order.begin(), order.end(), 0);
    std::vector<uint64_t> retained;
    if (by_retained) {
      const std::vector<uint64_t> all = partition.retained(heap_.joint(), order);
      std::ranges::stable_sort(order, std::greater{}, [&](uint32_t row) { return all[row]; });
      for (const uint32_t row : order) retained.push_back(all[row]);
    } else if (!by_size) {
      std::ranges::stable_sort(order, std::greater{},
                               [&](uint32_t row) { return partition.rows()[row].count; });
    }
    order.resize(std::min<uint64_t>(end, order.size()));
    if (!by_retained && (scan.plan & kWithRetained) != 0) retained = partition.retained(heap_.joint(), order);
    std::vector<PartitionRow> rows;
    for (uint64_t rank = asked.low; rank < order.size(); ++rank) {
      rows.push_back({partition.rows()[order[rank]], order[rank], rank, retained.empty() ? 0 : retained[rank],
                      &grouping});
    }
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
};

void plan(const HeapIndex& heap, Plan& plan) {
  int code = 0;
  const std::tuple<unsigned char, Code, const char*> kBounds[] = {
      {SQLITE_INDEX_CONSTRAINT_EQ, kEqual, "rank="},
      {SQLITE_INDEX_CONSTRAINT_LT, kLess, "rank<"},
      {SQLITE_INDEX_CONSTRAINT_LE, kAtMost, "rank<="}};
  for (const auto& [op, bound, shown] : kBounds) {
    const int constraint = code == 0 ? plan.find(kRank, op) : -1;
    if (constraint < 0) continue;
    plan.use(constraint, shown);
    code = bound;
  }
  const double few = code == 0 ? 1 : 0.5;
  if (plan.reads(column_named(kColumns, "retained"))) code |= kWithRetained;
  plan.answer(code, heap.objects() * ((code & kWithRetained) != 0 ? 8.0 : 2.0) * few + 4, 1000 * few);
}

}  // namespace

extern const Table kPartitionTable =
    declare_table<PartitionCursor, kColumns>("partition", TableKind::kFunction, nullptr, plan);

}  // namespace heapdump
