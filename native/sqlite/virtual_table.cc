#include "sqlite/virtual_table.h"

#include <exception>
#include <new>

#include "sqlite/table.h"
#include "support/error.h"

namespace heapdump {
namespace {

struct Vtab : sqlite3_vtab {
  const Table* table;
  std::shared_ptr<OpenHeap> heap;  // nullptr for a catalog
};

struct VtabCursor : sqlite3_vtab_cursor {
  std::unique_ptr<TableCursor> rows;
  Arguments arguments;
};

const Vtab& vtab_of(sqlite3_vtab_cursor* cursor) { return *static_cast<Vtab*>(cursor->pVtab); }
TableCursor& rows(sqlite3_vtab_cursor* cursor) { return *static_cast<VtabCursor*>(cursor)->rows; }

// No exception may reach SQLite: it becomes a result code and a message.
template <typename Work>
int guarded(char** message, Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const std::exception& error) {
    sqlite3_free(*message);
    *message = sqlite3_mprintf("%s", error.what());
    return SQLITE_ERROR;
  }
}

std::string unquoted(std::string_view argument) {
  if (argument.size() < 2 || (argument[0] != '\'' && argument[0] != '"')) return std::string(argument);
  const char quote = argument[0];
  std::string out;
  for (size_t i = 1; i + 1 < argument.size(); ++i) {
    out += argument[i];
    if (argument[i] == quote) i++;  // doubled
  }
  return out;
}

int declare(sqlite3* db, const Table& table, std::shared_ptr<OpenHeap> heap, sqlite3_vtab** vtab) {
  auto made = std::make_unique<Vtab>();
  static_cast<sqlite3_vtab&>(*made) = {};
  made->table = &table;
  made->heap = std::move(heap);
  const int result = sqlite3_declare_vtab(db, declaration(table).c_str());
  if (result != SQLITE_OK) return result;
  sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
  *vtab = made.release();
  return SQLITE_OK;
}

int connect(sqlite3* db, void* aux, int argc, const char* const* argv, sqlite3_vtab** vtab, char** message) {
  return guarded(message, [&] {
    if (argc != 5) throw Error(ExitCode::kUsage, "write USING heapdump(TABLE, 'INDEX FILE')");
    const Table& table = table_named(unquoted(argv[3]));
    return declare(db, table, static_cast<OpenHeaps*>(aux)->open(argv[1], unquoted(argv[4])), vtab);
  });
}

int connect_catalog(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** vtab, char** message) {
  return guarded(message, [&] { return declare(db, *static_cast<const Table*>(aux), nullptr, vtab); });
}

int disconnect(sqlite3_vtab* vtab) {
  delete static_cast<Vtab*>(vtab);
  return SQLITE_OK;
}

// Uses what is given of a function's arguments; false if one that it needs is not.
bool plan_arguments(const Table& table, Plan& plan) {
  int argument = 0;
  for (size_t column = 0; column < table.columns.size(); ++column) {
    const Column& declared = table.columns[column];
    if (declared.argument == Argument::kNone) continue;
    const int constraint = plan.find(static_cast<int>(column), SQLITE_INDEX_CONSTRAINT_EQ);
    const bool needed = declared.argument == Argument::kNeeded || plan.waits_for(static_cast<int>(column));
    if (constraint < 0 && needed) return false;
    if (constraint >= 0) plan.use_argument(constraint, argument, std::string(declared.name) + "=");
    argument++;
  }
  return true;
}

int best_index(sqlite3_vtab* vtab, sqlite3_index_info* info) {
  return guarded(&vtab->zErrMsg, [&] {
    Plan plan(info);
    const auto* own = static_cast<Vtab*>(vtab);
    const Table& table = *own->table;
    if (!plan_arguments(table, plan)) return SQLITE_CONSTRAINT;
    if (table.plan != nullptr) {
      table.plan(*own->heap, plan);
    } else {
      const auto [cost, rows] = table.estimate(own->heap.get());
      plan.answer(0, cost, rows);
    }
    return SQLITE_OK;
  });
}

int open_cursor(sqlite3_vtab* vtab, sqlite3_vtab_cursor** cursor) {
  return guarded(&vtab->zErrMsg, [&] {
    auto made = std::make_unique<VtabCursor>();
    static_cast<sqlite3_vtab_cursor&>(*made) = {};
    const auto* own = static_cast<Vtab*>(vtab);
    made->rows = own->table->open(own->heap.get());
    *cursor = made.release();
    return SQLITE_OK;
  });
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  delete static_cast<VtabCursor*>(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int plan, const char*, int argc, sqlite3_value** argv) {
  return guarded(&cursor->pVtab->zErrMsg, [&] {
    Arguments& arguments = static_cast<VtabCursor*>(cursor)->arguments;
    arguments.clear();
    std::span<sqlite3_value*> values(argv, static_cast<size_t>(argc));
    int number = 0;
    for (const Column& column : vtab_of(cursor).table->columns) {
      if (column.argument == Argument::kNone) continue;
      const bool given = (plan >> number++ & 1) != 0;
      // An integer that was given as text is one.
      if (given && column.type == kInteger) sqlite3_value_numeric_type(values.front());
      arguments.add(given ? values.front() : nullptr);
      if (given) values = values.subspan(1);
    }
    rows(cursor).filter({arguments, plan >> Plan::kMaxArguments, values});
    return SQLITE_OK;
  });
}

int next(sqlite3_vtab_cursor* cursor) {
  return guarded(&cursor->pVtab->zErrMsg, [&] {
    rows(cursor).next();
    return SQLITE_OK;
  });
}

int eof(sqlite3_vtab_cursor* cursor) { return rows(cursor).eof(); }

void result_argument(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int column) {
  const auto before = vtab_of(cursor).table->columns.first(static_cast<size_t>(column));
  const auto number =
      std::ranges::count_if(before, [](const Column& other) { return other.argument != Argument::kNone; });
  sqlite3_value* value = static_cast<VtabCursor*>(cursor)->arguments[static_cast<size_t>(number)];
  if (value != nullptr) sqlite3_result_value(context, value);
}

int column_value(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int column) {
  return guarded(&cursor->pVtab->zErrMsg, [&] {
    const Vtab& vtab = vtab_of(cursor);
    const Column& declared = vtab.table->columns[static_cast<size_t>(column)];
    if (declared.read != nullptr) {
      declared.read(context, vtab.heap.get(), rows(cursor).row());
    } else {
      result_argument(cursor, context, column);
    }
    return SQLITE_OK;
  });
}

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* rowid) {
  *rowid = rows(cursor).rowid();
  return SQLITE_OK;
}

constexpr sqlite3_module module_of(decltype(sqlite3_module::xCreate) create,
                                   decltype(sqlite3_module::xConnect) connect) {
  return {
      .iVersion = 1,
      .xCreate = create,
      .xConnect = connect,
      .xBestIndex = best_index,
      .xDisconnect = disconnect,
      .xDestroy = disconnect,
      .xOpen = open_cursor,
      .xClose = close_cursor,
      .xFilter = filter,
      .xNext = next,
      .xEof = eof,
      .xColumn = column_value,
      .xRowid = rowid,
  };
}

constexpr sqlite3_module kModule = module_of(connect, connect);
// Without xCreate it is there under its own name, and nowhere else.
constexpr sqlite3_module kCatalogModule = module_of(nullptr, connect_catalog);

}  // namespace

int register_modules(sqlite3* db) {
  int result = sqlite3_create_module_v2(db, "heapdump", &kModule, new OpenHeaps,
                                        [](void* aux) { delete static_cast<OpenHeaps*>(aux); });
  for (const Table* table : tables()) {
    if (table->kind != TableKind::kCatalog || result != SQLITE_OK) continue;
    result = sqlite3_create_module_v2(db, table->name, &kCatalogModule, const_cast<Table*>(table), nullptr);
  }
  return result;
}

}  // namespace heapdump
