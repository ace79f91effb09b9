#pragma once
#include <span>
#include <string>

namespace heapdump {

struct Column {
  const char* name;
  const char* type;  // of its declaration
  const char* description;
  bool argument = false;  // of a table-valued function: hidden
};

// A table as SQL sees it. From these come the declarations, `heapdump sql --schema` and docs/sql.md.
struct Table {
  const char* name;
  std::span<const Column> columns;
};

// The columns of each table, in their order.
namespace object_column {
enum {
  kId,
  kAddress,
  kType,
  kSize,
  kRefcount,
  kTracked,
  kGeneration,
  kImmortal,
  kContent,
  kIsText,
  kTruncated,
  kRetained,
  kDominator,
  kDepth,
  kGarbage,
  kOwner,
  kPathText
};
}
namespace type_column {
enum { kId, kName, kModule, kAddress, kFlags, kCount, kSize, kRetained };
}
namespace reference_column {
enum { kSource, kTarget, kKind, kLabel, kPosition };
}
namespace neighbour_column {  // of referrers and referents
enum { kId, kKind, kLabel, kPosition, kObject };
}
namespace reachable_column {
enum { kId, kDistance, kObject };
}
namespace dominated_column {
enum { kId, kDepth, kObject };
}
namespace dominated_types_column {
enum { kType, kCount, kSize, kObject };
}
namespace path_to_root_column {
enum { kPath, kStep, kId, kKind, kPart, kLength, kWhole, kObject, kAvoid, kMost };
}
namespace merged_paths_column {
enum { kPath, kCount, kSize, kRetained, kExample, kType };
}
namespace owner_column {
enum { kName, kCount, kSize, kRetained };
}
namespace waste_column {
enum { kKind, kType, kWhat, kCount, kSize, kWasted, kCertain, kExample };
}
namespace leaks_column {
enum {
  kKind,
  kType,
  kCount,
  kFresh,
  kRetained,
  kGrowth,
  kLasting,
  kTookOver,
  kPath,
  kOwner,
  kPlace,
  kExample,
  kOld,
  kBefore
};
}
namespace diff_column {
enum { kName, kCountOld, kSizeOld, kCount, kSize, kNew, kNewSize, kGone, kGoneSize, kKept, kOld, kBy };
}
namespace root_column {
enum { kObject, kKind, kName };
}
namespace thread_column {
enum { kId, kName };
}
namespace frame_column {
enum { kObject, kThread, kDepth, kFunction, kFile, kLine };
}
namespace module_column {
enum { kObject, kName, kFile };
}
namespace meta_column {
enum { kKey, kValue };
}
namespace schema_column {
enum { kTableName, kColumnName, kType, kDescription };
}

std::span<const Table> schema_tables();
// Throws Error(kUsage) for a name that no table has.
const Table& table_named(const std::string& name);
// CREATE TABLE, for sqlite3_declare_vtab.
std::string declaration(const Table& table);

// The words of hd_reference_kind and hd_root_kind.
const char* reference_kind_name(unsigned kind);
// hd_reference_kind of a word, or -1.
int reference_kind_named(const std::string& name);
const char* root_kind_name(unsigned kind);

}  // namespace heapdump
