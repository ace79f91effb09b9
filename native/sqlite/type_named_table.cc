#include "heap/type_names.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

// A row of types().
constexpr Column kColumns[] = {
    {"id", kInteger, "object.id of a type that the pattern names; NULL if it is not in the dump",
     [](OpenHeap& heap, uint32_t row) { return Id{heap.types()[row].object}; }},
    {"name", kText, "its name, as type.name",
     [](OpenHeap& heap, uint32_t row) { return heap.text(heap.types()[row].name); }},
    {"count", kInteger, "its exact instances",
     [](OpenHeap& heap, uint32_t row) { return heap.types()[row].count; }},
    {"pattern", kText,
     "argument: the full name, the name without the module or, if no type has that, a name that a module has "
     "for a type; `*`, `?` and `[a-z]` as in a shell; a leading `_` is overlooked",
     Argument::kNeeded},
};

class TypeNamedCursor : public RowsCursor<uint32_t> {
 public:
  explicit TypeNamedCursor(const HeapIndex& heap) : heap_(heap) {}
  void filter(const Scan& scan) override {
    const std::string pattern = scan.arguments.text(0);
    std::vector<uint32_t> rows = types_named(heap_, pattern);
    begin(rows.empty() ? types_with_alias(heap_, pattern) : std::move(rows));
  }

 private:
  const HeapIndex& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->types().size() + 4.0, 2}; }

}  // namespace

extern const Table kTypeNamedTable =
    declare_table<TypeNamedCursor, kColumns>("type_named", TableKind::kFunction, estimate);

}  // namespace heapdump
