#include "heap/path_between.h"
#include "sqlite/avoid_argument.h"
#include "sqlite/path_columns.h"

namespace heapdump {
namespace {

constexpr auto kColumns =
    joined(kPathColumns,
           {
               {"from_set", kText, "argument: the set of objects that paths begin at (docs/sets.md)",
                Argument::kNeeded},
               {"to_set", kText, "argument: the set of objects of which they lead to one", Argument::kNeeded},
               {"avoid", kText, "argument, optional: what no path may go through, as for path_to_root",
                Argument::kOptional},
               {"max_paths", kInteger,
                "argument, optional: maximum number of paths, each from a different object; 1 if not given",
                Argument::kOptional},
               kMaxLengthArgument,
           });

class BetweenCursor : public RowsCursor<PathRow> {
 public:
  explicit BetweenCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const auto from = heap_.set(scan.arguments.text(0)), to = heap_.set(scan.arguments.text(1));
    const Avoid avoid = parse_avoid(heap_, scan.arguments.text(2));
    const BetweenLimits limits{limit_argument(scan.arguments, 3, "max_paths", 1),
                               limit_argument(scan.arguments, 4, "max_length", UINT32_MAX)};
    Groupings& groupings = heap_.groupings();
    std::vector<PathRow> rows;
    for (const auto& ids :
         paths_between(groupings.references(), groupings.dict_owners(), *from, *to, avoid, limits)) {
      add_path(heap_, ids, format_parts_between(heap_, ids, avoid), nullptr, avoid, rows);
    }
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() + 4.0, 20}; }

}  // namespace

extern const Table kPathBetweenTable =
    declare_table<BetweenCursor, kColumns>("path_between", TableKind::kFunction, estimate);

}  // namespace heapdump
