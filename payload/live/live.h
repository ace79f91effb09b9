// Single objects of a process that runs, read by the walker's own code (walk/) in the tool: nothing is
// written to the process, none of its code is called, and it is not stopped. Plain C, for native/live/.
#ifndef HEAPDUMP_LIVE_LIVE_H
#define HEAPDUMP_LIVE_LIVE_H

#include <stdint.h>

#include "walk/walk.h"

struct hd_walker;

// What lies at an address.
enum hd_lives {
  HD_LIVES_OBJECT,       // its record was written
  HD_LIVES_UNTRAVERSED,  // the same; its type is C code's, which may keep more than the record tells
  HD_LIVES_FREED,        // memory of an object that was freed
  HD_LIVES_NONE,         // no object
  HD_LIVES_UNREADABLE,   // something that leads to where nothing is
  HD_LIVES_TOO_LARGE,    // to be read while the process runs
};

// How the process is read, and where messages of protocol.h go. `fetch` gives 1; 0 if nothing is there, -1 if
// more was asked for than is read of one object. `bytes` gives 0 for both. What it gives is there until it is
// asked again, and strings are there for good.
struct hd_process {
  void* context;
  int (*fetch)(void* context, uint64_t at, void* to, uint64_t size);
  const uint8_t* (*bytes)(void* context, uint64_t at, uint64_t size);
  const char* (*string)(void* context, uint64_t at);
  // What was read refers to an object, or is one of its instances.
  void (*met)(void* context, uint64_t object);
  void (*write)(void* context, const void* bytes, uint64_t size);
};

// `walk` says what a walk is told beforehand, its arena zeroed memory of this process. 0 if the process has
// no interpreter to be read. All of it is for one thread.
struct hd_walker* hd_live_start(struct hd_walk* walk, const struct hd_process* process);
void hd_live_use(const struct hd_process* process, struct hd_walker* w);

// Writes the object with its references, or without: definitions in messages of their own, then a message of
// the object alone and, of what is suspended, one of its SUSPENDED record alone.
enum hd_lives hd_live_read(struct hd_walker* w, uint64_t object, int with_references);
// The dict of the attributes of an object, or of a module, a class or a function; 0 if it has none.
uint64_t hd_live_dict(struct hd_walker* w, uint64_t object);
// The closing record, of so many objects and references.
void hd_live_end(struct hd_walker* w, uint64_t objects, uint64_t references);
// Of the object that was written last.
uint64_t hd_live_references(const struct hd_walker* w);
// Why nothing more can be read; 0 if it can.
const char* hd_live_status(const struct hd_walker* w);

#endif
