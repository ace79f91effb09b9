#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = ModuleRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.modules(); }
};

constexpr Column kColumns[] = {
    {"object", kInteger, "object.id of the module object; NULL if it is not in the dump",
     [](const ModuleRow& row) { return Id{row.object}; }},
    {"name", kText, "key in sys.modules",
     [](OpenHeap& heap, const ModuleRow& row) { return heap.text(row.name); }},
    {"file", kText, "__file__ of the module; NULL if it has none",
     [](OpenHeap& heap, const ModuleRow& row) { return or_null(heap.text(row.file)); }},
};

}  // namespace

extern const Table kModuleTable =
    declare_table<SectionCursor<Rows>, kColumns>("module", TableKind::kTable, section_estimate<Rows>);

}  // namespace heapdump
