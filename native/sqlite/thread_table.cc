#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = ThreadRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.threads(); }
};

constexpr Column kColumns[] = {
    {"id", kInteger, "native thread id, as the kernel and threading.get_native_id() give it",
     [](const ThreadRow& row) { return row.id; }},
    {"name", kText, "name of the thread; NULL if not known",
     [](OpenHeap& heap, const ThreadRow& row) { return or_null(heap.text(row.name)); }},
};

}  // namespace

extern const Table kThreadTable =
    declare_table<SectionCursor<Rows>, kColumns>("thread", TableKind::kTable, section_estimate<Rows>);

}  // namespace heapdump
