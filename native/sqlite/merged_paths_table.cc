#include <algorithm>

#include "sqlite/avoid_argument.h"
#include "sqlite/group_columns.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"path", kText,
     "the paths of several instances as one, [*] for any key or index, (…)* for repeated steps "
     "(docs/paths.md); NULL for garbage, and if only what is avoided keeps them alive",
     [](const Group& row) {
       const std::optional<std::string> path = row.grouping->name_or_none(row.group);
       return path && path->empty() ? std::nullopt : path;
     }},
    {"count", kInteger, "instances with such a path", [](const Group& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const Group& row) { return row.size; }},
    {"retained", kInteger, "what these retain, as type.retained, in bytes; 0 for garbage",
     [](const Group& row) { return row.retained; }},
    {"example", kInteger, "object.id of one of them", [](const Group& row) { return row.example; }},
    {"garbage", kInteger, "1 for the garbage among the instances, else 0",
     [](const Group& row) { return row.group == kNone; }},
    {"type", kInteger, "argument: object.id of the type", Argument::kNeeded},
    {"avoid", kText,
     "argument, optional: what no path may go through, as for path_to_root; the paths are then found anew",
     Argument::kOptional},
};

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
    const uint32_t object = scan.arguments.id(0, heap_);
    const uint32_t type = object == kNone ? kNone : heap_.type_of_object(object);
    const Avoid avoid = parse_avoid(heap_, scan.arguments.text(1));
    if (type == kNone) return begin({});
    Grouping* grouping = &heap_.groupings().by("path");
    if (!avoid.empty()) {
      paths_.emplace(heap_, avoid, type);
      grouping = &around_.emplace(heap_, *paths_);
    }
    std::vector<Group> rows;
    for (const GroupTotals& totals : group_totals(heap_, &heap_.dominator_tree(), *grouping,
                                                  [&](uint32_t id) { return heap_.type(id) == type; })) {
      rows.push_back({totals, grouping});
    }
    std::ranges::stable_sort(rows, std::greater{}, &GroupTotals::count);
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
  std::optional<AvoidingPaths> paths_;
  std::optional<ByAvoidingPath> around_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() + 4.0, 20}; }

}  // namespace

extern const Table kMergedPathsTable =
    declare_table<MergedPathsCursor, kColumns>("merged_paths", TableKind::kFunction, estimate);

}  // namespace heapdump
