#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = LocalRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.locals(); }
};

constexpr Column kColumns[] = {
    {"object", kInteger, "object.id of its value; NULL if that is not in the dump",
     [](const LocalRow& row) { return Id{row.object}; }},
    {"thread", kInteger, "thread.id of the thread that runs the function",
     [](const LocalRow& row) { return row.thread; }},
    {"depth", kInteger, "frame.depth of its frame", [](const LocalRow& row) { return row.depth; }},
    {"name", kText, "of the variable; its value is a cell if inner functions use it",
     [](OpenHeap& heap, const LocalRow& row) { return heap.text(row.name); }},
};

}  // namespace

extern const Table kLocalTable =
    declare_table<SectionCursor<Rows>, kColumns>("local", TableKind::kTable, section_estimate<Rows>);

}  // namespace heapdump
