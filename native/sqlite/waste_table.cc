#include "analysis/waste.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

using namespace waste_column;

class WasteCursor : public RowsCursor<Waste> {
 public:
  explicit WasteCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(int, std::span<sqlite3_value*>) override { begin(find_waste(heap_, TypeRoles(heap_))); }

  void column(sqlite3_context* context, int column) override {
    static constexpr const char* kKinds[] = {"duplicate", "boxes", "empty", "sparse", "slots"};
    switch (column) {
      case kKind:
        return result_text(context, kKinds[static_cast<int>(row().kind)]);
      case kType:
        return result_id(context, heap_.types()[row().type].object);
      case kWhat:
        return result_copy_or_null(context, row().what);
      case kCount:
        return result(context, row().count);
      case kSize:
        return result(context, row().size);
      case kWasted:
        return result(context, row().wasted);
      case kCertain:
        return result(context, row().certain);
      default:
        return result_id(context, row().example);
    }
  }

 private:
  OpenHeap& heap_;
};

}  // namespace

const TableKind kWasteTable = {
    "waste",
    [](const HeapIndex& heap, Plan& plan) {
      plan.answer(0, heap.objects() * 4.0 + 4, 1000);
      return true;
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<WasteCursor>(heap); }};

}  // namespace heapdump
