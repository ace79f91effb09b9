#include "sqlite/table.h"
#include "support/error.h"

namespace heapdump {

// Each of its own file.
extern const Table kObjectTable, kTypeTable, kTypeAliasTable, kReferenceTable, kRootTable, kThreadTable,
    kFrameTable, kModuleTable, kMetaTable, kReferrersTable, kReferentsTable, kHoldersTable, kHoldsTable,
    kReachableTable, kDominatedTable, kDominatedTypesTable, kPathToRootTable, kPathBetweenTable,
    kMergedPathsTable, kHolderPatternTable, kPartitionTable, kMembersTable, kFreedTable, kSetTotalsTable,
    kTypeNamedTable, kOwnerTable, kWasteTable, kSameAsTable, kLeaksTable, kDiffTable, kGroupingTable,
    kSchemaColumnTable, kMappingTable, kPoolTable, kMallocHeapTable, kChunkTable, kMemoryTable, kPinningTable,
    kPossibleHolderTable, kSiteTable, kSiteFrameTable, kLocalTable, kDominatorGroupsTable, kHeldByCTable,
    kSuspendedTable, kTaskTable, kTaskGroupTable, kCountsTable, kCollectionTable, kCollectionGroupTable,
    kCollectionReferenceTable, kCollectionCallbackTable, kGarbageTable, kObjectChangesTable;

std::span<const Table* const> tables() {
  // In the order of docs/sql.md.
  static constexpr const Table* kTables[] = {&kObjectTable,
                                             &kTypeTable,
                                             &kTypeAliasTable,
                                             &kReferenceTable,
                                             &kRootTable,
                                             &kThreadTable,
                                             &kFrameTable,
                                             &kLocalTable,
                                             &kSuspendedTable,
                                             &kTaskTable,
                                             &kModuleTable,
                                             &kSiteTable,
                                             &kSiteFrameTable,
                                             &kMetaTable,
                                             &kMappingTable,
                                             &kPoolTable,
                                             &kMallocHeapTable,
                                             &kChunkTable,
                                             &kPossibleHolderTable,
                                             &kTypeNamedTable,
                                             &kReferrersTable,
                                             &kReferentsTable,
                                             &kHoldersTable,
                                             &kHoldsTable,
                                             &kReachableTable,
                                             &kDominatedTable,
                                             &kDominatedTypesTable,
                                             &kDominatorGroupsTable,
                                             &kPathToRootTable,
                                             &kPathBetweenTable,
                                             &kMergedPathsTable,
                                             &kHolderPatternTable,
                                             &kMembersTable,
                                             &kFreedTable,
                                             &kSetTotalsTable,
                                             &kPartitionTable,
                                             &kOwnerTable,
                                             &kTaskGroupTable,
                                             &kCollectionTable,
                                             &kCollectionGroupTable,
                                             &kCollectionReferenceTable,
                                             &kCollectionCallbackTable,
                                             &kGarbageTable,
                                             &kWasteTable,
                                             &kHeldByCTable,
                                             &kMemoryTable,
                                             &kPinningTable,
                                             &kSameAsTable,
                                             &kObjectChangesTable,
                                             &kLeaksTable,
                                             &kDiffTable,
                                             &kCountsTable,
                                             &kGroupingTable,
                                             &kSchemaColumnTable};
  return kTables;
}

const Table& table_named(std::string_view name) {
  const auto at = std::ranges::find_if(tables(), [&](const Table* table) { return name == table->name; });
  if (at == tables().end()) throw Error(ExitCode::kUsage, "heapdump has no table " + std::string(name));
  return **at;
}

const char* column_type_name(ColumnType type) {
  constexpr const char* kNames[] = {"INTEGER", "TEXT", "BLOB", "ADDRESS"};
  return kNames[static_cast<int>(type)];
}

std::string declaration(const Table& table) {
  std::string sql = "CREATE TABLE ";
  sql += table.name;
  const char* separator = "(";
  for (const Column& column : table.columns) {
    ((sql += separator) += column.name) += ' ';
    sql += column_type_name(column.type);
    if (column.argument != Argument::kNone) sql += " HIDDEN";
    separator = ", ";
  }
  return sql + ")";
}

}  // namespace heapdump
