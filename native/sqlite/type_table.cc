#include "heap/category.h"
#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = TypeRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.types(); }
  // The row of lost types is there even if no object has one.
  static bool exists(const TypeRow& row) { return row.address != 0 || row.count != 0; }
  static Range find(const HeapIndex& heap, uint32_t object) {
    const uint32_t type = object == kNone ? kNone : heap.type_of_object(object);
    return type == kNone ? Range{} : Range{type, type + uint64_t{1}};
  }
};

constexpr Column kColumns[] = {
    {"id", kInteger, "object.id of the type; NULL if it is not in the dump",
     [](const TypeRow& row) { return Id{row.object}; }},
    {"name", kText, "module.qualname, builtins without their module; <unknown> only if damage lost it",
     [](OpenHeap& heap, const TypeRow& row) { return heap.text(row.name); }},
    {"module", kText, "__module__ of the type; empty if not known",
     [](OpenHeap& heap, const TypeRow& row) { return heap.text(row.module); }},
    {"address", kAddress, "address of the type; NULL if damage lost it",
     [](const TypeRow& row) { return row.address == 0 ? std::nullopt : std::optional(row.address); }},
    {"flags", kInteger, "tp_flags, a bit set (CPython Include/object.h)",
     [](const TypeRow& row) { return row.flags; }},
    {"finalizer", kText,
     "tp_finalize, which is what __del__ is; tp_del, an old form that keeps the collector from freeing its "
     "instances; both; or none. NULL if the dump does not tell it",
     [](OpenHeap& heap, const TypeRow& row) {
       constexpr const char* kNames[] = {"none", "tp_finalize", "tp_del", "both"};
       return heap.tells_collection() ? std::optional(kNames[row.finalizer & 3]) : std::nullopt;
     }},
    {"mro", kText,
     "names of its classes in the order in which Python looks up an attribute, the type first and object "
     "last, "
     "with ', ' between; NULL if not known",
     [](OpenHeap& heap, const TypeRow& row) {
       std::string text = mro_text(heap, row.object);
       return text.empty() ? std::nullopt : std::optional(std::move(text));
     }},
    {"count", kInteger, "exact instances in the dump", [](const TypeRow& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these instances together, in bytes",
     [](const TypeRow& row) { return row.size; }},
    {"owned", kInteger,
     "of `size`, what these instances own besides themselves, as types files declare it, in bytes "
     "(docs/types.md); NULL if none tells of them",
     [](const TypeRow& row) { return row.memory_known == 0 ? std::nullopt : std::optional(row.owned); }},
    {"memory_unknown", kInteger,
     "instances that own memory, or may, which is not part of `size`, since no types file tells of it; NULL "
     "in "
     "python mode",
     [](OpenHeap& heap, const TypeRow& row) {
       return heap.has_type_memory() ? std::optional(row.memory_unknown) : std::nullopt;
     }},
    {"retained", kInteger,
     "what would be freed with all these instances at once, in bytes; of garbage they alone count",
     [](OpenHeap& heap, const TypeRow& row) {
       return heap.retained_by_type()[static_cast<size_t>(&row - heap.types().data())];
     }},
};

void plan(const HeapIndex& heap, Plan& plan) {
  plan_section<Rows>(heap, plan, column_named(kColumns, "id"), "id=", true);
}

}  // namespace

extern const Table kTypeTable =
    declare_table<SectionCursor<Rows>, kColumns>("type", TableKind::kTable, nullptr, plan);

}  // namespace heapdump
