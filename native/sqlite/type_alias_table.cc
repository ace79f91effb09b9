#include "heap/type_names.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"type", kInteger, "object.id of the type", [](const TypeAlias& row) { return Id{row.type}; }},
    {"name", kText, "a module and its attribute that is the type, if that is not type.name",
     [](const TypeAlias& row) -> const std::string& { return row.name; }},
};

class TypeAliasCursor : public RowsCursor<TypeAlias> {
 public:
  explicit TypeAliasCursor(const HeapIndex& heap) : heap_(heap) {}
  void filter(const Scan&) override { begin(type_aliases(heap_)); }

 private:
  const HeapIndex& heap_;
};

Estimate estimate(const HeapIndex*) { return {10000, 1000}; }

}  // namespace

extern const Table kTypeAliasTable =
    declare_table<TypeAliasCursor, kColumns>("type_alias", TableKind::kTable, estimate);

}  // namespace heapdump
