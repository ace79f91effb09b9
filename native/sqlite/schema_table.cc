// schema_column: the tables and their columns, as a table. It needs no heap, and is there without being
// created.
#include <new>

#include "sqlite/virtual_table.h"

namespace heapdump {
namespace {

struct SchemaCursor : sqlite3_vtab_cursor {
  size_t table;
  size_t column;
};

int connect(sqlite3* db, void*, int, const char* const*, sqlite3_vtab** vtab, char**) {
  const int result = sqlite3_declare_vtab(db, declaration(table_named("schema_column")).c_str());
  if (result != SQLITE_OK) return result;
  *vtab = new (std::nothrow) sqlite3_vtab{};
  return *vtab == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int disconnect(sqlite3_vtab* vtab) {
  delete vtab;
  return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info* info) {
  info->estimatedCost = 100;
  info->estimatedRows = 100;
  return SQLITE_OK;
}

int open_cursor(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  *cursor = new (std::nothrow) SchemaCursor{};
  return *cursor == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  delete static_cast<SchemaCursor*>(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  auto* at = static_cast<SchemaCursor*>(cursor);
  at->table = at->column = 0;
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor) {
  auto* at = static_cast<SchemaCursor*>(cursor);
  if (++at->column == schema_tables()[at->table].columns.size()) {
    at->table++;
    at->column = 0;
  }
  return SQLITE_OK;
}

int eof(sqlite3_vtab_cursor* cursor) {
  return static_cast<SchemaCursor*>(cursor)->table == schema_tables().size();
}

int column_value(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int column) {
  const auto* at = static_cast<SchemaCursor*>(cursor);
  const Table& table = schema_tables()[at->table];
  const Column& described = table.columns[at->column];
  using namespace schema_column;
  const char* text = column == kTableName    ? table.name
                     : column == kColumnName ? described.name
                     : column == kType       ? described.type
                                             : described.description;
  sqlite3_result_text(context, text, -1, SQLITE_STATIC);
  return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* rowid) {
  const auto* at = static_cast<SchemaCursor*>(cursor);
  *rowid = static_cast<sqlite3_int64>(at->table * 100 + at->column);
  return SQLITE_OK;
}

constexpr sqlite3_module kModule = {
    .xCreate = nullptr,  // eponymous alone
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column_value,
    .xRowid = rowid,
};

}  // namespace

int register_schema_column(sqlite3* db) {
  return sqlite3_create_module_v2(db, "schema_column", &kModule, nullptr, nullptr);
}

}  // namespace heapdump
