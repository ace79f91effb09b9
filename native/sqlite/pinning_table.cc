#include "analysis/memory.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"type", kInteger, "object.id of their type",
     [](OpenHeap& heap, const Pinning& row) { return Id{heap.types()[row.type].object}; }},
    {"objects", kInteger, "objects in pools of which no more than a quarter is used",
     [](const Pinning& row) { return row.objects; }},
    {"pools", kInteger, "these pools", [](const Pinning& row) { return row.pools; }},
    {"free", kInteger,
     "free blocks in these pools, in bytes; a pool counts for each type of which there are objects in it",
     [](const Pinning& row) { return row.free; }},
};

class PinningCursor : public RowsCursor<Pinning> {
 public:
  explicit PinningCursor(const HeapIndex& heap) : heap_(heap) {}
  void filter(const Scan&) override { begin(find_pinning(heap_)); }

 private:
  const HeapIndex& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {static_cast<double>(heap->pools().size()) * 8 + 4, 100}; }

}  // namespace

extern const Table kPinningTable =
    declare_table<PinningCursor, kColumns>("pinning", TableKind::kFunction, estimate);

}  // namespace heapdump
