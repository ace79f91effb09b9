#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

struct Described {
  const Table* table;
  const Column* column;
};

constexpr const char* kKinds[] = {"table", "function", "catalog"};

constexpr Column kColumns[] = {
    {"table_name", kText, "name of a table, or of a table-valued function",
     [](const Described& row) { return row.table->name; }},
    {"kind", kText, "table, function (worked out when asked for), or catalog (of no heap, as this one)",
     [](const Described& row) { return kKinds[static_cast<int>(row.table->kind)]; }},
    {"column_name", kText, "name of a column; for a function, an argument if the description says so",
     [](const Described& row) { return row.column->name; }},
    {"type", kText, "INTEGER, TEXT, BLOB, or ADDRESS: an integer that heapdump prints as 0x…",
     [](const Described& row) { return column_type_name(row.column->type); }},
    {"description", kText, "what the column holds, in which unit, and what NULL means",
     [](const Described& row) { return row.column->description; }},
};

class SchemaCursor : public RowsCursor<Described> {
 public:
  void filter(const Scan&) override {
    std::vector<Described> rows;
    for (const Table* table : tables()) {
      for (const Column& column : table->columns) rows.push_back({table, &column});
    }
    begin(std::move(rows));
  }
};

Estimate estimate(const HeapIndex*) { return {100, 100}; }

}  // namespace

extern const Table kSchemaColumnTable =
    declare_table<SchemaCursor, kColumns>("schema_column", TableKind::kCatalog, estimate);

}  // namespace heapdump
