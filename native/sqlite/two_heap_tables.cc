// Functions of the heaps of several dumps of one process, in the schema of the last: leaks and diff.
#include "analysis/diff.h"
#include "analysis/leaks.h"
#include "sqlite/rows_cursor.h"
#include "support/error.h"

namespace heapdump {
namespace {

class LeaksCursor : public RowsCursor<Suspect> {
 public:
  explicit LeaksCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(int given, std::span<sqlite3_value*> arguments) override {
    size_t next = 0;
    old_ = (given & 1) != 0 ? text_of(arguments[next++]) : "";
    before_ = (given & 2) != 0 ? text_of(arguments[next++]) : "";
    const auto old = named(old_), before = named(before_);
    begin(find_leaks(heap_, heap_.path_tree(), heap_.owners(), old.get(), before.get()));
  }

  void column(sqlite3_context* context, int column) override {
    using namespace leaks_column;
    static constexpr const char* kKinds[] = {"dominator", "group", "held from C", "garbage"};
    const Suspect& suspect = row();
    switch (column) {
      case kKind:
        return result_text(context, kKinds[static_cast<int>(suspect.kind)]);
      case kType:
        return result_id(context, heap_.types()[suspect.type].object);
      case kCount:
        return result(context, suspect.count);
      case kFresh:
        return result(context, suspect.fresh);
      case kRetained:
        return result(context, suspect.retained);
      case kGrowth:
        return result(context, static_cast<uint64_t>(suspect.growth));
      case kLasting:
        return result(context, static_cast<uint64_t>(suspect.lasting));
      case kTookOver:
        return result(context, suspect.took_over);
      case kPath:
        return result_copy_or_null(context, suspect.path);
      case kOwner:
        return result_copy_or_null(context, suspect.owner);
      case kPlace:
        return result_id(context, suspect.place);
      case kExample:
        return result_id(context, suspect.example);
      default:
        return result_copy_or_null(context, column == kOld ? old_ : before_);
    }
  }

 private:
  std::shared_ptr<OpenHeap> named(const std::string& schema) {
    return schema.empty() ? nullptr : heap_.heaps().of(schema);
  }

  OpenHeap& heap_;
  std::string old_, before_;
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

  void filter(int, std::span<sqlite3_value*> arguments) override {
    old_ = text_of(arguments[0]);
    by_ = text_of(arguments[1]);
    const auto old = heap_.heaps().of(old_);
    begin(find_differences(*old, grouping_by(*old, by_), heap_, grouping_by(heap_, by_),
                           Matching(*old, heap_)));
  }

  void column(sqlite3_context* context, int column) override {
    using namespace diff_column;
    const Difference& difference = row();
    switch (column) {
      case kName:
        return result_copy_or_null(context, difference.name);
      case kCountOld:
        return result(context, difference.old.count);
      case kSizeOld:
        return result(context, difference.old.size);
      case kCount:
        return result(context, difference.now.count);
      case kSize:
        return result(context, difference.now.size);
      case kNew:
        return result(context, difference.fresh.count);
      case kNewSize:
        return result(context, difference.fresh.size);
      case kGone:
        return result(context, difference.gone.count);
      case kGoneSize:
        return result(context, difference.gone.size);
      case kKept:
        return result(context, difference.kept());
      default:
        return result_copy(context, column == kOld ? old_ : by_);
    }
  }

 private:
  OpenHeap& heap_;
  std::string old_, by_;
};

}  // namespace

const TableKind kLeaksTable = {
    "leaks",
    [](const HeapIndex& heap, Plan& plan) {
      using namespace leaks_column;
      return plan_function(plan, kOld, kBefore, kOld - 1, "old=", heap.objects() * 4.0 + 4, 10);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<LeaksCursor>(heap); }};
const TableKind kDiffTable = {
    "diff",
    [](const HeapIndex& heap, Plan& plan) {
      using namespace diff_column;
      return plan_function(plan, kOld, kBy, kBy, "old=", heap.objects() * 4.0 + 4, 1000);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<DiffCursor>(heap); }};

}  // namespace heapdump
