#include "heap/path_search.h"
#include "sqlite/avoid_argument.h"
#include "sqlite/path_columns.h"

namespace heapdump {
namespace {

constexpr auto kColumns = joined(
    kPathColumns,
    {
        {"object", kInteger, "argument: object.id", Argument::kNeeded},
        {"avoid", kText,
         "argument, optional: what no path may go through, separated by commas: object:ID, type:ID (all "
         "instances), label:NAME (references of that label)",
         Argument::kOptional},
        {"max_paths", kInteger,
         "argument, optional: maximum number of paths, each from a different root; 1 if not given",
         Argument::kOptional},
        kMaxLengthArgument,
    });

class PathCursor : public RowsCursor<PathRow> {
 public:
  explicit PathCursor(const HeapIndex& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const uint32_t object = scan.arguments.id(0, heap_);
    const Avoid avoid = parse_avoid(heap_, scan.arguments.text(1));
    const uint32_t paths = limit_argument(scan.arguments, 2, "max_paths", 1);
    const uint32_t length = limit_argument(scan.arguments, 3, "max_length", UINT32_MAX);
    std::vector<PathRow> rows;
    for (const auto& ids : paths_to_root(heap_, object, avoid, paths, length)) {
      const char* kind = root_kind_name(root_kind(heap_, ids.front()));
      add_path(heap_, ids, format_parts(heap_, ids, avoid), kind, avoid, rows);
    }
    begin(std::move(rows));
  }

 private:
  const HeapIndex& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() / 100.0 + 4, 20}; }

}  // namespace

extern const Table kPathToRootTable =
    declare_table<PathCursor, kColumns>("path_to_root", TableKind::kFunction, estimate);

}  // namespace heapdump
