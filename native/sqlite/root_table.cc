#include <algorithm>

#include "heap/kind_names.h"
#include "heap/root_path.h"
#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = RootRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.roots(); }
  static Range find(const HeapIndex& heap, uint32_t object) {
    if (object == kNone) return {};
    const auto found = std::ranges::equal_range(heap.roots(), object, {}, &RootRow::object);
    const auto begin = static_cast<uint64_t>(found.begin() - heap.roots().begin());
    return {begin, begin + found.size()};
  }
};

constexpr Column kColumns[] = {
    {"object", kInteger, "object.id of what the root holds",
     [](const RootRow& row) { return Id{row.object}; }},
    {"kind", kText,
     "module, frame, thread, interpreter, static, data; c: an object without another root that has more "
     "references than were found, which C code holds (not in python mode); or greenlet: a suspended greenlet "
     "that no other root reaches, and that the collector never frees",
     [](const RootRow& row) { return root_kind_name(row.kind); }},
    {"name", kText,
     "name of the root: of a module its key in sys.modules, of a local of a running function "
     "FUNCTION.f_locals['x'] (of a frame object FUNCTION), of a greenlet the function that it runs; of kind "
     "c how many of its "
     "references; may be empty",
     [](OpenHeap& heap, const RootRow& row) { return heap.text(row.name); }},
    {"part", kText, "what a path from there begins with, such as sys.modules['app'] (docs/paths.md)",
     [](OpenHeap& heap, const RootRow& row) { return format_root(heap, row); }},
};

void plan(const HeapIndex& heap, Plan& plan) {
  plan_section<Rows>(heap, plan, column_named(kColumns, "object"), "object=", false);
}

}  // namespace

extern const Table kRootTable =
    declare_table<SectionCursor<Rows>, kColumns>("root", TableKind::kTable, nullptr, plan);

}  // namespace heapdump
