#include "analysis/diff.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"name", kText, "name of the group; NULL for objects that are in none, such as garbage",
     [](const Difference& row) { return or_null(row.name); }},
    {"count_old", kInteger, "objects in the older dump", [](const Difference& row) { return row.old.count; }},
    {"size_old", kInteger, "shallow sizes of these together, in bytes",
     [](const Difference& row) { return row.old.size; }},
    {"count", kInteger, "objects in this dump", [](const Difference& row) { return row.now.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const Difference& row) { return row.now.size; }},
    {"new", kInteger, "objects that the older dump does not have",
     [](const Difference& row) { return row.added.count; }},
    {"new_size", kInteger, "shallow sizes of these together, in bytes",
     [](const Difference& row) { return row.added.size; }},
    {"gone", kInteger, "objects that this dump does not have",
     [](const Difference& row) { return row.gone.count; }},
    {"gone_size", kInteger, "shallow sizes of these together, in bytes",
     [](const Difference& row) { return row.gone.size; }},
    {"kept", kInteger,
     "objects that both have: same address, type and, if immutable, content, else neighbours in common",
     [](const Difference& row) { return row.kept(); }},
    {"old", kText, "argument: schema of the older dump", Argument::kNeeded},
    {"by", kText, "argument: what a row is, by its name in the table grouping", Argument::kNeeded},
    {"of", kText,
     "argument, optional: the set to compare, of each of the dumps by itself (docs/sets.md); all if it is "
     "not "
     "given or NULL",
     Argument::kOptional},
};

class DiffCursor : public RowsCursor<Difference> {
 public:
  explicit DiffCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const auto old = heap_.heaps().of(scan.arguments.text(0));
    const std::string by = scan.arguments.text(1), set = scan.arguments.text(2);
    // A type that one dump does not have yet has no objects there.
    const auto now_of = set.empty() ? nullptr : heap_.set(set),
               old_of = set.empty() ? nullptr : old->set(set, true);
    begin(find_differences(*old, old->groupings().by(by), heap_, heap_.groupings().by(by),
                           heap_.matching(old), {old_of.get(), now_of.get()}));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 1000}; }

}  // namespace

extern const Table kDiffTable = declare_table<DiffCursor, kColumns>("diff", TableKind::kFunction, estimate);

}  // namespace heapdump
