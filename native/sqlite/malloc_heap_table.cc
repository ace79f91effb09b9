#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = MallocRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.mallocs(); }
};

constexpr const char* kKinds[] = {"brk", "arena", "mapped"};

constexpr Column kColumns[] = {
    {"kind", kText,
     "brk ([heap], of the main arena), arena (a heap of another one), or mapped (the chunks of a mapping "
     "that have mapped memory of their own)",
     [](const MallocRow& row) { return row.kind < std::size(kKinds) ? kKinds[row.kind] : "unknown"; }},
    {"address", kAddress, "where it begins", [](const MallocRow& row) { return row.address; }},
    {"size", kInteger, "its size, in bytes", [](const MallocRow& row) { return row.size; }},
    {"used", kInteger, "chunks in use, in bytes, with their headers; what threads keep in caches counts, too",
     [](const MallocRow& row) { return row.used; }},
    {"free", kInteger, "free chunks, in bytes; not all of them are resident",
     [](const MallocRow& row) { return row.free; }},
    {"problem", kText, "what was not as it should be, so that it could not be read; NULL if it was read",
     [](OpenHeap& heap, const MallocRow& row) { return or_null(heap.text(row.problem)); }},
};

}  // namespace

extern const Table kMallocHeapTable =
    declare_table<SectionCursor<Rows>, kColumns>("malloc_heap", TableKind::kTable, section_estimate<Rows>);

}  // namespace heapdump
