#include <optional>

#include "heap/reachable.h"
#include "sqlite/virtual_table.h"

namespace heapdump {
namespace {

using namespace reachable_column;

class ReachableCursor : public TableCursor {
 public:
  explicit ReachableCursor(const HeapIndex& heap) : heap_(heap) {}

  void filter(int, std::span<sqlite3_value*> arguments) override {
    object_ = id_of(arguments[0], heap_.objects());
    walk_.emplace(heap_, object_);
  }

  bool eof() const override { return walk_->done(); }
  void next() override { walk_->next(); }

  void column(sqlite3_context* context, int column) override {
    switch (column) {
      case kId:
        return result(context, walk_->id());
      case kDistance:
        return result(context, walk_->distance());
      default:
        return result(context, object_);
    }
  }

  int64_t rowid() const override { return walk_->id(); }

 private:
  const HeapIndex& heap_;
  std::optional<ReachableWalk> walk_;
  uint32_t object_ = kNone;
};

}  // namespace

const TableKind kReachableTable = {
    "reachable",
    [](const HeapIndex& heap, Plan& plan) {
      return plan_function(plan, kObject, kObject, kObject,
                           "object=", heap.objects() / 2.0 + heap.references() / 2.0 + 4,
                           heap.objects() / 2.0);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<ReachableCursor>(heap); }};

}  // namespace heapdump
