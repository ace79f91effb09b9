#include "questions/waste.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

using namespace waste_column;

class WasteCursor : public RowsCursor<Waste> {
 public:
  explicit WasteCursor(OpenHeap& heap) : heap_(heap) {}

  void Filter(int, std::span<sqlite3_value*>) override { Begin(FindWaste(heap_, TypeRoles(heap_))); }

  void Column(sqlite3_context* context, int column) override {
    static constexpr const char* kKinds[] = {"duplicate", "boxes", "empty", "sparse", "slots"};
    switch (column) {
      case kKind:
        return GiveText(context, kKinds[static_cast<int>(row().kind)]);
      case kType:
        return GiveId(context, heap_.types()[row().type].object);
      case kWhat:
        return GiveCopyOrNull(context, row().what);
      case kCount:
        return Give(context, row().count);
      case kSize:
        return Give(context, row().size);
      case kWasted:
        return Give(context, row().wasted);
      case kCertain:
        return Give(context, row().certain);
      default:
        return GiveId(context, row().example);
    }
  }

 private:
  OpenHeap& heap_;
};

}  // namespace

const TableKind kWasteTable = {
    "waste",
    [](const HeapIndex& heap, Plan& plan) {
      plan.Answer(0, heap.objects() * 4.0 + 4, 1000);
      return true;
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<WasteCursor>(heap); }};

}  // namespace heapdump
