#include "analysis/diff.h"
#include "sqlite/rows_cursor.h"
#include "support/error.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"name", kText, "type.name, object.owner or pattern of paths; NULL for garbage",
     [](const Difference& row) { return or_null(row.name); }},
    {"count_old", kInteger, "objects in the older dump", [](const Difference& row) { return row.old.count; }},
    {"size_old", kInteger, "shallow sizes of these together, in bytes",
     [](const Difference& row) { return row.old.size; }},
    {"count", kInteger, "objects in this dump", [](const Difference& row) { return row.now.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const Difference& row) { return row.now.size; }},
    {"new", kInteger, "objects that the older dump does not have",
     [](const Difference& row) { return row.fresh.count; }},
    {"new_size", kInteger, "shallow sizes of these together, in bytes",
     [](const Difference& row) { return row.fresh.size; }},
    {"gone", kInteger, "objects that this dump does not have",
     [](const Difference& row) { return row.gone.count; }},
    {"gone_size", kInteger, "shallow sizes of these together, in bytes",
     [](const Difference& row) { return row.gone.size; }},
    {"kept", kInteger,
     "objects that both have: same address, type and, where immutable, content, else neighbours in common",
     [](const Difference& row) { return row.kept(); }},
    {"old", kText, "argument: schema of the older dump", Argument::kNeeded},
    {"by", kText, "argument: what a row is: type, owner or path", Argument::kNeeded},
};

Grouping grouping_by(OpenHeap& heap, const std::string& what) {
  if (what == "type") {
    return {[&heap](uint32_t id) { return heap.type(id); },
            [&heap](uint32_t type) { return std::string(heap.text(heap.types()[type].name)); }};
  }
  if (what == "owner") {
    return {[&heap](uint32_t id) { return heap.owners().of(id); },
            [&heap](uint32_t owner) { return heap.owners().name(owner); }};
  }
  if (what == "path") {
    return {[&heap](uint32_t id) { return heap.patterns().of(id); },
            [&heap](uint32_t pattern) { return heap.patterns().format(pattern); }};
  }
  throw Error(ExitCode::kUsage, "diff is by type, owner or path, not by " + what);
}

class DiffCursor : public RowsCursor<Difference> {
 public:
  explicit DiffCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const auto old = heap_.heaps().of(scan.arguments.text(0));
    const std::string by = scan.arguments.text(1);
    begin(find_differences(*old, grouping_by(*old, by), heap_, grouping_by(heap_, by), heap_.matching(old)));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 1000}; }

}  // namespace

extern const Table kDiffTable = declare_table<DiffCursor, kColumns>("diff", TableKind::kFunction, estimate);

}  // namespace heapdump
