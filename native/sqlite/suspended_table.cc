#include "heap/category.h"
#include "heap/runs.h"
#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = SuspendedRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.suspended(); }
  static Range find(const HeapIndex& heap, uint32_t object) {
    const SuspendedRow* const row = object == kNone ? nullptr : heap.suspended(object);
    if (row == nullptr) return {};
    const auto at = static_cast<uint64_t>(row - heap.suspended().data());
    return {at, at + 1};
  }
};

constexpr Column kColumns[] = {
    {"object", kInteger,
     "object.id of a generator, coroutine or asynchronous generator that does not run and has not ended",
     [](const SuspendedRow& row) { return Id{row.object}; }},
    {"has_begun", kInteger, "0 if it has not begun to run; else 1",
     [](const SuspendedRow& row) { return row.has_begun; }},
    {"function", kText, "qualified name of its function",
     [](OpenHeap& heap, const SuspendedRow& row) { return qualified_name(heap, row.object); }},
    {"file", kText, "co_filename of its code; NULL if the dump does not have all of it",
     [](OpenHeap& heap, const SuspendedRow& row) { return or_null(code_file(heap, row.object)); }},
    {"line", kInteger, "line at which it waits, from 1; NULL if not known",
     [](const SuspendedRow& row) { return row.line == 0 ? std::nullopt : std::optional(row.line); }},
    {"awaits", kInteger,
     "object.id of what its await or yield from waits for (cr_await, ag_await, gi_yieldfrom); NULL if "
     "nothing",
     [](const SuspendedRow& row) { return Id{row.awaited}; }},
};

void plan(const HeapIndex& heap, Plan& plan) {
  plan_section<Rows>(heap, plan, column_named(kColumns, "object"), "object=", true);
}

}  // namespace

extern const Table kSuspendedTable =
    declare_table<SectionCursor<Rows>, kColumns>("suspended", TableKind::kTable, nullptr, plan);

}  // namespace heapdump
