// The entry point of the extension: db.loadExtension(FILE, 'sqlite3_heapdump_init').
#include <sqlite3ext.h>

extern "C" {
SQLITE_EXTENSION_INIT1
}

#include "sqlite/read_only.h"
#include "sqlite/virtual_table.h"

extern "C" __attribute__((visibility("default"))) int sqlite3_heapdump_init(sqlite3* db, char**,
                                                                            const sqlite3_api_routines* api) {
  SQLITE_EXTENSION_INIT2(api);
  const int status = heapdump::register_modules(db);
  return status == SQLITE_OK ? heapdump::register_read_only(db) : status;
}
