#pragma once
// The extension reaches SQLite through the routines that it gets when it is loaded.
#include <sqlite3ext.h>
extern "C" {
SQLITE_EXTENSION_INIT3
}
