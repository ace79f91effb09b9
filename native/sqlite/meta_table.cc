#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = MetaRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.meta(); }
};

constexpr Column kColumns[] = {
    {"key", kText,
     "name of a fact about the dump; docs/dump-format.md lists those of the capture; the index adds "
     "format, complete, problems (one a line, if it is not complete), indexed_objects, indexed_references, "
     "damaged_chunks, duplicate_objects and dangling_references",
     [](OpenHeap& heap, const MetaRow& row) { return heap.text(row.key); }},
    {"value", kText, "the fact: numbers are decimal, sizes bytes, times ISO 8601 in UTC, truth true or false",
     [](OpenHeap& heap, const MetaRow& row) { return heap.text(row.value); }},
};

}  // namespace

extern const Table kMetaTable =
    declare_table<SectionCursor<Rows>, kColumns>("meta", TableKind::kTable, section_estimate<Rows>);

}  // namespace heapdump
