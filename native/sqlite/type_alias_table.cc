#include "heap/category.h"
#include "heap/namespaces.h"
#include "heap/python_name.h"
#include "protocol.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

struct Alias {
  uint32_t type;
  std::string name;
};

constexpr Column kColumns[] = {
    {"type", kInteger, "object.id of the type", [](const Alias& row) { return Id{row.type}; }},
    {"name", kText, "a module and its attribute that is the type, if that is not type.name",
     [](const Alias& row) -> const std::string& { return row.name; }},
};

class TypeAliasCursor : public RowsCursor<Alias> {
 public:
  explicit TypeAliasCursor(const HeapIndex& heap) : heap_(heap) {}

  void filter(const Scan&) override {
    std::vector<Alias> rows;
    for (const RootRow& root : heap_.roots()) {
      if (root.kind == HD_ROOT_MODULE) add_of_module(root, rows);
    }
    std::ranges::sort(rows, {}, &Alias::name);
    begin(std::move(rows));
  }

 private:
  void add_of_module(const RootRow& module, std::vector<Alias>& rows) {
    const uint32_t dict = field_of(heap_, module.object, "__dict__");
    if (dict == kNone) return;
    for (const auto& [attribute, value] : heap_.namespaces().names(dict)) {
      const uint32_t type = heap_.type_of_object(value);
      if (type == kNone || !is_python_name(attribute)) continue;
      std::string name = std::string(heap_.text(module.name)) + "." + std::string(attribute);
      if (name != heap_.text(heap_.types()[type].name)) rows.push_back({value, std::move(name)});
    }
  }

  const HeapIndex& heap_;
};

Estimate estimate(const HeapIndex*) { return {10000, 1000}; }

}  // namespace

extern const Table kTypeAliasTable =
    declare_table<TypeAliasCursor, kColumns>("type_alias", TableKind::kTable, estimate);

}  // namespace heapdump
