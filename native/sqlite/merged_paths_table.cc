#include <algorithm>

#include "analysis/partition.h"
#include "sqlite/avoid_argument.h"
#include "sqlite/limit_argument.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

struct Group : Partition::Row {
  uint64_t retained = 0;
  const Grouping* grouping = nullptr;
};

constexpr Column kColumns[] = {
    {"path", kText,
     "the paths of several instances as one, [*] for any key or index, (…)* for repeated steps "
     "(docs/paths.md); NULL for garbage, and if only what is avoided keeps them alive, or paths that are too "
     "long",
     [](const Group& row) {
       const std::optional<std::string> path = row.grouping->name_or_none(row.group);
       return path && path->empty() ? std::nullopt : path;
     }},
    {"count", kInteger, "instances with such a path", [](const Group& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const Group& row) { return row.size; }},
    {"retained", kInteger,
     "what would be freed with all of these at once, in bytes; of garbage they alone count",
     [](const Group& row) { return row.retained; }},
    {"example", kInteger, "object.id of one of them", [](const Group& row) { return row.example; }},
    {"garbage", kInteger, "1 for the garbage among the instances, else 0",
     [](const Group& row) { return row.group == kNone; }},
    {"type", kInteger, "argument: object.id of the type; NULL for a set", Argument::kNeeded},
    {"avoid", kText,
     "argument, optional: what no path may go through, as for path_to_root; the paths are then found anew",
     Argument::kOptional},
    {"of", kText, "argument, optional: a set of objects (docs/sets.md) in the place of a type's instances",
     Argument::kOptional},
    {"max_length", kInteger,
     "argument, optional: as for path_to_root; the paths are then found anew, none from an instance to its "
     "type",
     Argument::kOptional},
};

constexpr int kWithRetained = 1;

// By the patterns of paths around what is avoided; 0 is for what these do not reach.
class ByAvoidingPath : public Grouping {
 public:
  ByAvoidingPath(const HeapIndex& heap, const AvoidingPaths& paths) : heap_(heap), patterns_(heap, &paths) {}
  uint32_t of(uint32_t id) override { return heap_.is_garbage(id) ? kNone : patterns_.of(id); }
  uint32_t count() const override { return patterns_.count(); }
  std::string name(uint32_t group) const override { return patterns_.format(group); }

 private:
  const HeapIndex& heap_;
  PathPatterns patterns_;
};

class MergedPathsCursor : public RowsCursor<Group> {
 public:
  explicit MergedPathsCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const Avoid avoid = parse_avoid(heap_, scan.arguments.text(1));
    const Bits objects = chosen(scan.arguments);
    Grouping* grouping = &heap_.groupings().by("path");
    const uint32_t length = limit_argument(scan.arguments, 3, "max_length", UINT32_MAX);
    if (!avoid.empty() || length != UINT32_MAX) {
      paths_.emplace(heap_, avoid, objects, length);
      grouping = &around_.emplace(heap_, *paths_);
    }
    const Partition partition(heap_, *grouping, objects);
    std::vector<uint64_t> retained;
    if (scan.plan == kWithRetained) retained = partition.all_retained(heap_.joint());
    std::vector<Group> rows;
    for (size_t row = 0; row < partition.rows().size(); ++row) {
      rows.push_back({partition.rows()[row], retained.empty() ? 0 : retained[row], grouping});
    }
    std::ranges::stable_sort(rows, std::greater{}, &Group::count);
    begin(std::move(rows));
  }

 private:
  Bits chosen(const Arguments& arguments) const {
    const std::string set = arguments.text(2);
    if (!set.empty()) return *heap_.set(set);
    Bits instances(heap_.objects());
    const uint32_t object = arguments.id(0, heap_);
    const uint32_t type = object == kNone ? kNone : heap_.type_of_object(object);
    const Range ranks = type == kNone ? Range{} : heap_.instances(type);
    for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
      if (const uint32_t id = heap_.by_type(rank); id != kNone) instances.set(id);
    }
    return instances;
  }

  OpenHeap& heap_;
  std::optional<AvoidingPaths> paths_;
  std::optional<ByAvoidingPath> around_;
};

void plan(const HeapIndex& heap, Plan& plan) {
  const bool retained = plan.reads(column_named(kColumns, "retained"));
  plan.answer(retained ? kWithRetained : 0, heap.objects() * (retained ? 4.0 : 1.0) + 4, 20);
}

}  // namespace

extern const Table kMergedPathsTable =
    declare_table<MergedPathsCursor, kColumns>("merged_paths", TableKind::kFunction, nullptr, plan);

}  // namespace heapdump
