// The entry point of the extension: db.loadExtension(FILE, 'sqlite3_heapdump_init').
#include <sqlite3ext.h>

extern "C" {
SQLITE_EXTENSION_INIT1
}

#include "sqlite/object_set.h"
#include "sqlite/read_only.h"
#include "sqlite/virtual_table.h"

extern "C" __attribute__((visibility("default"))) int sqlite3_heapdump_init(sqlite3* db, char**,
                                                                            const sqlite3_api_routines* api) {
  SQLITE_EXTENSION_INIT2(api);
  for (const auto register_part :
       {heapdump::register_modules, heapdump::register_object_set, heapdump::register_read_only}) {
    if (const int status = register_part(db); status != SQLITE_OK) return status;
  }
  return SQLITE_OK;
}
