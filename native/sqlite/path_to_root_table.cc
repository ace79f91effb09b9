#include <algorithm>

#include "heap/kind_names.h"
#include "heap/path_search.h"
#include "heap/root_path.h"
#include "sqlite/avoid_argument.h"
#include "sqlite/rows_cursor.h"
#include "support/error.h"

namespace heapdump {
namespace {

struct Step {
  uint64_t path;
  uint64_t step;
  uint32_t id;
  const char* kind;
  std::string part;
  size_t length;
  std::string whole;
};

constexpr Column kColumns[] = {
    {"path", kInteger, "1 for the shortest path, then 2 …", [](const Step& row) { return row.path; }},
    {"step", kInteger, "0 at the beginning of the path, then 1 … up to the argument",
     [](const Step& row) { return row.step; }},
    {"id", kInteger, "object.id of the object at this step", [](const Step& row) { return row.id; }},
    {"kind", kText, "how it is held: at step 0 as root.kind, then as reference.kind",
     [](const Step& row) { return row.kind; }},
    {"part", kText,
     "what this step adds to the path (docs/paths.md): group_concat(part, '') is the path; empty for a "
     "__dict__ on the way to an attribute",
     [](const Step& row) -> const std::string& { return row.part; }},
    {"length", kInteger, "references on the whole path: the step of the argument",
     [](const Step& row) { return row.length; }},
    {"whole", kText, "the whole path, repetitions as a count; NULL except at step 0",
     [](const Step& row) { return row.step == 0 ? std::optional(row.whole) : std::nullopt; }},
    {"object", kInteger, "argument: object.id", Argument::kNeeded},
    {"avoid", kText,
     "argument, optional: what no path may go through, separated by commas: object:ID, type:ID (all "
     "instances), label:NAME (references of that label)",
     Argument::kOptional},
    {"max_paths", kInteger,
     "argument, optional: maximum number of paths, each from a different root; 1 if not given",
     Argument::kOptional},
};

const char* kind_name(const HeapIndex& heap, uint32_t holder, uint32_t id, const Avoid& avoid) {
  if (holder == kNone) return root_kind_name(root_kind(heap, id));
  return reference_kind_name(kind_of(heap, step_between(heap, holder, id, avoid)));
}

class PathCursor : public RowsCursor<Step> {
 public:
  explicit PathCursor(const HeapIndex& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const uint32_t object = scan.arguments.id(0, heap_);
    const Avoid avoid = parse_avoid(heap_, scan.arguments.text(1));
    const int64_t limit = scan.arguments.integer(2, 1);
    if (limit < 1) throw Error(ExitCode::kUsage, "max_paths must be an integer of at least 1");
    std::vector<Step> rows;
    uint64_t number = 0;
    for (const auto& ids : paths_to_root(heap_, object, avoid, limit)) {
      std::vector<std::string> parts = format_parts(heap_, ids, avoid);
      std::string whole = joined_path(parts);
      number++;
      for (size_t step = 0; step < ids.size(); ++step) {
        const uint32_t holder = step == 0 ? kNone : ids[step - 1];
        rows.push_back({number, step, ids[step], kind_name(heap_, holder, ids[step], avoid),
                        std::move(parts[step]), ids.size() - 1, std::exchange(whole, {})});
      }
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
