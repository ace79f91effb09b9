#pragma once
#include "sqlite/sqlite_api.h"

namespace heapdump {

// heapdump_read_only(): from then on the connection refuses all that could write a file or change a table
// that is not temporary. What the tool itself needs is done before.
int register_read_only(sqlite3* db);

}  // namespace heapdump
