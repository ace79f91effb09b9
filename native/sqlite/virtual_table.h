#pragma once
#include "sqlite/sqlite_api.h"

namespace heapdump {

// Registers the module `heapdump`, whose tables are created USING heapdump(TABLE, 'INDEX FILE'), and the
// tables that are there without that.
int register_modules(sqlite3* db);

}  // namespace heapdump
