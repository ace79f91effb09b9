#include <optional>

#include "index/reachable.h"
#include "sqlite/virtual_table.h"

namespace heapdump {
namespace {

using namespace reachable_column;

class ReachableCursor : public TableCursor {
 public:
  explicit ReachableCursor(const HeapIndex& heap) : heap_(heap) {}

  void Filter(int, std::span<sqlite3_value*> arguments) override {
    object_ = IdOf(arguments[0], heap_.objects());
    walk_.emplace(heap_, object_);
  }

  bool Eof() const override { return walk_->done(); }
  void Next() override { walk_->Next(); }

  void Column(sqlite3_context* context, int column) override {
    switch (column) {
      case kId:
        return Give(context, walk_->id());
      case kDistance:
        return Give(context, walk_->distance());
      default:
        return Give(context, object_);
    }
  }

  int64_t Rowid() const override { return walk_->id(); }

 private:
  const HeapIndex& heap_;
  std::optional<ReachableWalk> walk_;
  uint32_t object_ = kNone;
};

}  // namespace

const TableKind kReachableTable = {
    "reachable",
    [](const HeapIndex& heap, Plan& plan) {
      return PlanFunction(plan, kObject, kObject, kObject,
                          "object=", heap.objects() / 2.0 + heap.references() / 2.0 + 4,
                          heap.objects() / 2.0);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<ReachableCursor>(heap); }};

}  // namespace heapdump
