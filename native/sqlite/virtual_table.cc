#include "sqlite/virtual_table.h"

#include <algorithm>
#include <exception>
#include <new>

#include "support/error.h"

namespace heapdump {
namespace {

struct Vtab : sqlite3_vtab {
  const TableKind* kind;
  std::shared_ptr<OpenHeap> heap;
};

struct VtabCursor : sqlite3_vtab_cursor {
  std::unique_ptr<TableCursor> rows;
};

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

int connect(sqlite3* db, void* aux, int argc, const char* const* argv, sqlite3_vtab** vtab, char** message) {
  return guarded(message, [&] {
    if (argc != 5) throw Error(ExitCode::kUsage, "write USING heapdump(TABLE, 'INDEX FILE')");
    const std::string name = unquoted(argv[3]);
    const TableKind* kind = nullptr;
    for (const TableKind& candidate : table_kinds()) {
      if (name == candidate.name) kind = &candidate;
    }
    if (kind == nullptr) throw Error(ExitCode::kUsage, "heapdump has no table " + name);
    auto made = std::make_unique<Vtab>();
    static_cast<sqlite3_vtab&>(*made) = {};
    made->kind = kind;
    made->heap = static_cast<OpenHeaps*>(aux)->open(argv[1], unquoted(argv[4]));
    const int result = sqlite3_declare_vtab(db, declaration(table_named(name)).c_str());
    if (result != SQLITE_OK) return result;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    *vtab = made.release();
    return SQLITE_OK;
  });
}

int disconnect(sqlite3_vtab* vtab) {
  delete static_cast<Vtab*>(vtab);
  return SQLITE_OK;
}

int best_index(sqlite3_vtab* vtab, sqlite3_index_info* info) {
  return guarded(&vtab->zErrMsg, [&] {
    Plan plan(info);
    const auto* table = static_cast<Vtab*>(vtab);
    return table->kind->plan(*table->heap, plan) ? SQLITE_OK : SQLITE_CONSTRAINT;
  });
}

int open_cursor(sqlite3_vtab* vtab, sqlite3_vtab_cursor** cursor) {
  return guarded(&vtab->zErrMsg, [&] {
    auto made = std::make_unique<VtabCursor>();
    const auto* table = static_cast<Vtab*>(vtab);
    made->rows = table->kind->open(*table->heap);
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
    rows(cursor).filter(plan, {argv, static_cast<size_t>(argc)});
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

int column_value(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int column) {
  return guarded(&cursor->pVtab->zErrMsg, [&] {
    rows(cursor).column(context, column);
    return SQLITE_OK;
  });
}

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* rowid) {
  *rowid = rows(cursor).rowid();
  return SQLITE_OK;
}

constexpr sqlite3_module kModule = {
    .iVersion = 1,
    .xCreate = connect,
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

}  // namespace

std::span<const TableKind> table_kinds() {
  static const TableKind kKinds[] = {
      kObjectTable,    kTypeTable,           kReferenceTable,  kRootTable,        kThreadTable,
      kFrameTable,     kModuleTable,         kMetaTable,       kReferrersTable,   kReferentsTable,
      kReachableTable, kDominatedTable,      kPathToRootTable, kMergedPathsTable, kOwnerTable,
      kLeaksTable,     kDominatedTypesTable, kWasteTable,      kDiffTable};
  return kKinds;
}

int register_modules(sqlite3* db) {
  const int result = sqlite3_create_module_v2(db, "heapdump", &kModule, new OpenHeaps,
                                              [](void* aux) { delete static_cast<OpenHeaps*>(aux); });
  return result == SQLITE_OK ? register_schema_column(db) : result;
}

int Plan::find(int column, unsigned char op, int from) const {
  for (int i = from; i < info_->nConstraint; ++i) {
    const auto& constraint = info_->aConstraint[i];
    if (constraint.usable && constraint.iColumn == column && constraint.op == op) return i;
  }
  return -1;
}

void Plan::use(int constraint, std::string_view shown) {
  info_->aConstraintUsage[constraint].argvIndex = ++arguments_;
  if (!note_.empty()) note_ += ' ';
  note_ += shown;
}

void Plan::answer(int plan, double cost, double rows, bool unique) {
  info_->idxNum = plan;
  info_->estimatedCost = cost;
  info_->estimatedRows = static_cast<sqlite3_int64>(std::max(1.0, rows));
  if (unique) info_->idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
  if (note_.empty()) return;
  info_->idxStr = sqlite3_mprintf("%s", note_.c_str());
  info_->needToFreeIdxStr = 1;
  if (info_->idxStr == nullptr) throw std::bad_alloc();
}

bool plan_function(Plan& plan, int first, int last, int needed, const char* name, double cost, double rows) {
  int given = 0;
  for (int column = first; column <= last; ++column) {
    const int constraint = plan.find(column, SQLITE_INDEX_CONSTRAINT_EQ);
    if (constraint < 0 && column <= needed) return false;
    if (constraint < 0) continue;
    plan.use_argument(constraint, column == first ? name : "");
    if (column > needed) given |= 1 << (column - needed - 1);
  }
  plan.answer(given, cost, rows);
  return true;
}

void Interval::restrict(unsigned char op, sqlite3_value* value) {
  const auto none = [&] { low = 1, high = 0; };
  const bool equal = op == SQLITE_INDEX_CONSTRAINT_EQ;
  const bool up = op == SQLITE_INDEX_CONSTRAINT_GT || op == SQLITE_INDEX_CONSTRAINT_GE;
  const bool strict = op == SQLITE_INDEX_CONSTRAINT_GT || op == SQLITE_INDEX_CONSTRAINT_LT;

  uint64_t bound;     // rounded down
  bool exact = true;  // not rounded
  switch (sqlite3_value_numeric_type(value)) {
    case SQLITE_INTEGER: {
      const sqlite3_int64 integer = sqlite3_value_int64(value);
      if (integer < 0) return up ? void() : none();
      bound = static_cast<uint64_t>(integer);
      break;
    }
    case SQLITE_FLOAT: {
      const double real = sqlite3_value_double(value);
      if (real < 0) return up ? void() : none();
      if (real >= 0x1p63) return up || equal ? none() : void();
      bound = static_cast<uint64_t>(real);
      exact = static_cast<double>(bound) == real;
      break;
    }
    case SQLITE_NULL:
      return none();
    default:  // every number is less than a text and a blob
      return up || equal ? none() : void();
  }
  if (equal && !exact) return none();
  if (equal || up) low = std::max(low, strict || !exact ? bound + 1 : bound);
  if (strict && !up && exact && bound == 0) return none();
  if (equal || !up) high = std::min(high, strict && exact ? bound - 1 : bound);
}

uint32_t id_of(sqlite3_value* value, uint32_t objects) {
  Interval interval;
  interval.restrict(SQLITE_INDEX_CONSTRAINT_EQ, value);
  return !interval.empty() && interval.low < objects ? static_cast<uint32_t>(interval.low) : kNone;
}

std::string text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr ? std::string() : text;
}

int kind_of(sqlite3_value* value) {
  return sqlite3_value_type(value) == SQLITE_TEXT ? reference_kind_named(text_of(value)) : -1;
}

}  // namespace heapdump
