// Functions of the heaps of several dumps of one process, in the schema of the last: leaks and diff.
#include "questions/diff.h"
#include "questions/leaks.h"
#include "sqlite/rows_cursor.h"
#include "support/error.h"

namespace heapdump {
namespace {

class LeaksCursor : public RowsCursor<Suspect> {
 public:
  explicit LeaksCursor(OpenHeap& heap) : heap_(heap) {}

  void Filter(int given, std::span<sqlite3_value*> arguments) override {
    size_t next = 0;
    old_ = (given & 1) != 0 ? TextOf(arguments[next++]) : "";
    before_ = (given & 2) != 0 ? TextOf(arguments[next++]) : "";
    const auto old = Named(old_), before = Named(before_);
    Begin(FindLeaks(heap_, heap_.path_tree(), heap_.owners(), old.get(), before.get()));
  }

  void Column(sqlite3_context* context, int column) override {
    using namespace leaks_column;
    static constexpr const char* kKinds[] = {"dominator", "group", "held from C", "garbage"};
    const Suspect& suspect = row();
    switch (column) {
      case kKind:
        return GiveText(context, kKinds[static_cast<int>(suspect.kind)]);
      case kType:
        return GiveId(context, heap_.types()[suspect.type].object);
      case kCount:
        return Give(context, suspect.count);
      case kFresh:
        return Give(context, suspect.fresh);
      case kRetained:
        return Give(context, suspect.retained);
      case kGrowth:
        return Give(context, static_cast<uint64_t>(suspect.growth));
      case kLasting:
        return Give(context, static_cast<uint64_t>(suspect.lasting));
      case kTookOver:
        return Give(context, suspect.took_over);
      case kPath:
        return GiveCopyOrNull(context, suspect.path);
      case kOwner:
        return GiveCopyOrNull(context, suspect.owner);
      case kPlace:
        return GiveId(context, suspect.place);
      case kExample:
        return GiveId(context, suspect.example);
      default:
        return GiveCopyOrNull(context, column == kOld ? old_ : before_);
    }
  }

 private:
  std::shared_ptr<OpenHeap> Named(const std::string& schema) {
    return schema.empty() ? nullptr : heap_.heaps().Of(schema);
  }

  OpenHeap& heap_;
  std::string old_, before_;
};

Grouping GroupingBy(OpenHeap& heap, const std::string& what) {
  if (what == "type") {
    return {[&heap](uint32_t id) { return heap.type(id); },
            [&heap](uint32_t type) { return std::string(heap.text(heap.types()[type].name)); }};
  }
  if (what == "owner") {
    return {[&heap](uint32_t id) { return heap.owners().Of(id); },
            [&heap](uint32_t owner) { return heap.owners().name(owner); }};
  }
  if (what == "path") {
    return {[&heap](uint32_t id) { return heap.patterns().Of(id); },
            [&heap](uint32_t pattern) { return heap.patterns().Spelled(pattern); }};
  }
  throw Error(ExitCode::kUsage, "diff is by type, owner or path, not by " + what);
}

class DiffCursor : public RowsCursor<Difference> {
 public:
  explicit DiffCursor(OpenHeap& heap) : heap_(heap) {}

  void Filter(int, std::span<sqlite3_value*> arguments) override {
    old_ = TextOf(arguments[0]);
    by_ = TextOf(arguments[1]);
    const auto old = heap_.heaps().Of(old_);
    Begin(FindDifferences(*old, GroupingBy(*old, by_), heap_, GroupingBy(heap_, by_), Matching(*old, heap_)));
  }

  void Column(sqlite3_context* context, int column) override {
    using namespace diff_column;
    const Difference& difference = row();
    switch (column) {
      case kName:
        return GiveCopyOrNull(context, difference.name);
      case kCountOld:
        return Give(context, difference.old.count);
      case kSizeOld:
        return Give(context, difference.old.size);
      case kCount:
        return Give(context, difference.now.count);
      case kSize:
        return Give(context, difference.now.size);
      case kNew:
        return Give(context, difference.fresh.count);
      case kNewSize:
        return Give(context, difference.fresh.size);
      case kGone:
        return Give(context, difference.gone.count);
      case kGoneSize:
        return Give(context, difference.gone.size);
      case kKept:
        return Give(context, difference.kept());
      default:
        return GiveCopy(context, column == kOld ? old_ : by_);
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
      return PlanFunction(plan, kOld, kBefore, kOld - 1, "old=", heap.objects() * 4.0 + 4, 10);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<LeaksCursor>(heap); }};
const TableKind kDiffTable = {
    "diff",
    [](const HeapIndex& heap, Plan& plan) {
      using namespace diff_column;
      return PlanFunction(plan, kOld, kBy, kBy, "old=", heap.objects() * 4.0 + 4, 1000);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<DiffCursor>(heap); }};

}  // namespace heapdump
