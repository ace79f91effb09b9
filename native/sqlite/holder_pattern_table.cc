#include "analysis/holder_pattern.h"
#include "sqlite/avoid_argument.h"
#include "sqlite/limit_argument.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

struct Row : PatternRow {
  uint64_t number;
  std::string set;
};

constexpr const char* kEnds[] = {nullptr, "same", "root", "stop", "depth"};

constexpr Column kColumns[] = {
    {"row", kInteger, "0 for the set, then in the order of the tree, each before those that hold it",
     [](const Row& row) { return row.number; }},
    {"parent", kInteger, "the row of which these objects are the holders; NULL for row 0",
     [](const Row& row) { return Id{row.parent}; }},
    {"depth", kInteger, "steps from row 0", [](const Row& row) { return row.depth; }},
    {"kind", kText, "as object.kind; NULL for a set of several kinds",
     [](OpenHeap& heap, const Row& row) {
       return row.kind == kNone ? std::nullopt : std::optional(heap.groupings().kinds().name(row.kind));
     }},
    {"count", kInteger, "objects of that kind that hold one of the row above or more",
     [](const Row& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes", [](const Row& row) { return row.size; }},
    {"roots", kInteger, "of these objects, those that a root holds by itself",
     [](const Row& row) { return row.roots; }},
    {"example", kInteger, "object.id of one of them", [](const Row& row) { return Id{row.example}; }},
    {"ends", kText,
     "why no row is below: same (the same objects are a row above), root (no object holds them), stop "
     "(modules, types, code, frames), depth (what holds them is not among the rows); else NULL",
     [](const Row& row) {
       const char* end = kEnds[static_cast<size_t>(row.end)];
       return end == nullptr ? std::nullopt : std::optional(end);
     }},
    {"same", kInteger, "the row that has the same objects, if ends is same",
     [](const Row& row) { return Id{row.same}; }},
    {"more", kInteger, "kinds of holders that have no row, for the sake of max_breadth",
     [](const Row& row) { return row.more; }},
    {"of_row", kText, "these objects as a set (docs/sets.md); NULL if something is avoided",
     [](const Row& row) { return row.set.empty() ? std::nullopt : std::optional(row.set); }},
    {"of", kText, "argument: a set of objects (docs/sets.md)", Argument::kNeeded},
    {"max_depth", kInteger, "argument, optional: steps from the set; 7 if not given", Argument::kOptional},
    {"max_breadth", kInteger, "argument, optional: kinds of holders of one row; 10 if not given",
     Argument::kOptional},
    {"max_rows", kInteger,
     "argument, optional: levels but the first two are left out until there are no more rows; 1000 if not "
     "given",
     Argument::kOptional},
    {"avoid", kText, "argument, optional: what is not among the holders, as for path_to_root",
     Argument::kOptional},
};

class PatternCursor : public RowsCursor<Row> {
 public:
  explicit PatternCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const std::string set = scan.arguments.text(0);
    const PatternLimits limits{limit_argument(scan.arguments, 1, "max_depth", 7),
                               limit_argument(scan.arguments, 2, "max_breadth", 10),
                               limit_argument(scan.arguments, 3, "max_rows", 1000)};
    const Avoid avoid = parse_avoid(heap_, scan.arguments.text(4));
    std::vector<Row> rows;
    for (const PatternRow& found : holder_pattern(heap_.groupings(), *heap_.set(set), limits, avoid)) {
      std::string own;
      if (avoid.empty()) {
        own = found.parent == kNone
                  ? set
                  : "referrers(" + rows[found.parent].set + ")/kind:" + std::to_string(found.rank);
      }
      rows.push_back({found, rows.size(), std::move(own)});
    }
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 2.0 + 4, 100}; }

}  // namespace

extern const Table kHolderPatternTable =
    declare_table<PatternCursor, kColumns>("holder_pattern", TableKind::kFunction, estimate);

}  // namespace heapdump
