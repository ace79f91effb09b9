#include "analysis/memory.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"name", kText, "what the memory is used for", [](const MemoryPart& row) { return row.name; }},
    {"parent", kText, "the row that this one is a part of; NULL at the top",
     [](const MemoryPart& row) { return or_null(row.parent == nullptr ? "" : row.parent); }},
    {"bytes", kInteger, "resident memory, in bytes; the rows at the top add up to all of it",
     [](const MemoryPart& row) { return row.bytes; }},
    {"count", kInteger, "blocks, pools, chunks or stacks; 0 if they are not counted",
     [](const MemoryPart& row) { return row.count; }},
};

class MemoryCursor : public RowsCursor<MemoryPart> {
 public:
  explicit MemoryCursor(const HeapIndex& heap) : heap_(heap) {}
  void filter(const Scan&) override { begin(memory_parts(heap_)); }

 private:
  const HeapIndex& heap_;
};

Estimate estimate(const HeapIndex* heap) {
  return {static_cast<double>(heap->pools().size() + heap->mappings().size()) + 4, 16};
}

}  // namespace

extern const Table kMemoryTable =
    declare_table<MemoryCursor, kColumns>("memory", TableKind::kFunction, estimate);

}  // namespace heapdump
