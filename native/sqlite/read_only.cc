#include "sqlite/read_only.h"

#include <set>
#include <string_view>

namespace heapdump {
namespace {

bool is_temporary(const char* schema) { return schema != nullptr && std::string_view(schema) == "temp"; }

// Pragmas that only tell; table-valued functions such as pragma_table_info run them, too.
const std::set<std::string_view> kTelling = {
    "collation_list", "compile_options", "database_list", "function_list", "index_info", "index_list",
    "index_xinfo",    "module_list",     "pragma_list",   "table_info",    "table_list", "table_xinfo"};

int authorize(void*, int action, const char* first, const char* second, const char* schema, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_CREATE_TEMP_INDEX:
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_DROP_TEMP_INDEX:
    case SQLITE_DROP_TEMP_TABLE:
    case SQLITE_DROP_TEMP_VIEW:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && std::string_view(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
      return first != nullptr && kTelling.contains(first) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
      return is_temporary(schema) ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

void make_read_only(sqlite3_context* context, int, sqlite3_value**) {
  sqlite3_set_authorizer(sqlite3_context_db_handle(context), authorize, nullptr);
}

}  // namespace

int register_read_only(sqlite3* db) {
  return sqlite3_create_function_v2(db, "heapdump_read_only", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr,
                                    make_read_only, nullptr, nullptr, nullptr);
}

}  // namespace heapdump
