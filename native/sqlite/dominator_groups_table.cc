#include "analysis/dominator_groups.h"
#include "sqlite/object_set.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr int64_t kMostDepth = 100;

constexpr Column kColumns[] = {
    {"parent", kInteger, "rowid of the group that dominates these; NULL at the top",
     [](const DominatorGroup& row) { return Id{row.parent}; }},
    {"depth", kInteger, "steps from the top, 0 there", [](const DominatorGroup& row) { return row.depth; }},
    {"part", kText,
     "how their dominators hold them, with [*] for any key or index (docs/paths.md); NULL if they do so "
     "indirectly, in several ways",
     [](const DominatorGroup& row) { return or_null(row.part); }},
    {"type", kInteger, "object.id of their type",
     [](OpenHeap& heap, const DominatorGroup& row) { return Id{heap.types()[row.type].object}; }},
    {"count", kInteger, "number of these objects", [](const DominatorGroup& row) { return row.count; }},
    {"size", kInteger,
     "their shallow sizes together, with the dicts of their attributes if groups are below, in bytes",
     [](const DominatorGroup& row) { return row.size; }},
    {"retained", kInteger, "what they retain together, in bytes",
     [](const DominatorGroup& row) { return row.retained; }},
    {"example", kInteger, "object.id of the one that retains most",
     [](const DominatorGroup& row) { return Id{row.example}; }},
    {"hidden", kInteger,
     "number of groups below it that are left out, since they retain less than `least`; 0 at the lowest "
     "level, where they are not counted",
     [](const DominatorGroup& row) { return row.hidden; }},
    {"hidden_retained", kInteger, "what these retain together, in bytes",
     [](const DominatorGroup& row) { return row.hidden_retained; }},
    {"objects", kBlob,
     "argument: where to begin, as object_set(id) returns it; NULL for all that is alive. Of objects of "
     "which "
     "one dominates another, the other is not counted",
     Argument::kNeeded},
    {"levels", kInteger, "argument: number of steps down", Argument::kNeeded},
    {"least", kInteger, "argument: bytes that a group retains at least", Argument::kNeeded},
};

class DominatorGroupsCursor : public RowsCursor<DominatorGroup> {
 public:
  explicit DominatorGroupsCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    sqlite3_value* const given = scan.arguments[0];
    std::vector<uint32_t> objects;
    if (given != nullptr && sqlite3_value_type(given) != SQLITE_NULL) {
      const ObjectSet set(given);
      for (uint32_t id = 0; id < heap_.objects(); ++id) {
        if (set.has(id) && !heap_.is_garbage(id)) objects.push_back(id);
      }
      if (objects.empty()) return begin({});
    }
    const int64_t depth = std::clamp<int64_t>(scan.arguments.integer(1, 1), 1, kMostDepth);
    const int64_t least = std::max<int64_t>(scan.arguments.integer(2, 0), 0);
    begin(group_dominators(heap_, heap_.dominator_tree(), objects, static_cast<uint32_t>(depth),
                           static_cast<uint64_t>(least)));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() + 4.0, 100}; }

}  // namespace

extern const Table kDominatorGroupsTable =
    declare_table<DominatorGroupsCursor, kColumns>("dominator_groups", TableKind::kFunction, estimate);

}  // namespace heapdump
