// The state of a walk, and what its parts owe each other. All of it lies in the arena; the blob has no data.
#ifndef HEAPDUMP_WALK_WALKER_H
#define HEAPDUMP_WALK_WALKER_H

#include "protocol.h"
#include "walk/heap.h"
#include "walk/marks.h"
#include "walk/numbers.h"
#include "walk/text.h"
#include "walk/traces.h"
#include "walk/types.h"
#include "walk/walk.h"

enum {
  // References that an object is gathered with; those of one that has more are streamed.
  HD_MAX_REFERENCES = 1 << 15,
  HD_MESSAGE = 768 << 10,
  HD_DEFINITIONS = 1 << 20,
  // Room that a definition never exceeds.
  HD_DEFINITION = 512 << 10,
  HD_RING = 32,
  HD_STACK_LISTS = 16,
  // Frames of a greenlet that are read.
  HD_MAX_STACK = 4096,
  HD_MAX_SUSPENDED = 256,
  HD_MAX_FINALIZED = 256,
  HD_MAX_RUNNING = 64,
  HD_MAX_INTERNED = 16,
  // Of an object of a process that runs.
  HD_MAX_LIVE_REFERENCES = 1 << 18,
  // How often a tp_traverse may fault before it is not called any more.
  HD_MAX_FAULTS = 100,
};

// Beside enum hd_walk_failure: the walker itself gives up, `status` says why; and of a process that runs,
// more than is read of one object.
enum { HD_WALK_STOPPED = 3, HD_WALK_TOO_LARGE = 4 };

// The references behind the named ones of a container, read in blocks.
enum hd_tail_form { HD_TAIL_NONE, HD_TAIL_WORDS, HD_TAIL_ENTRIES, HD_TAIL_SET };
struct hd_tail {
  enum hd_tail_form form;
  hd_address at;      // the first entry
  hd_address values;  // of a dict whose values stand apart; 0: in the entries
  uint64_t count;     // of entries
  uint64_t position;  // the next entry to read
  uint32_t stride, key, value;
  uint32_t width;  // references of an entry: 3 if the key stands twice
};

// A frame of a stack, of a thread or of a suspended greenlet.
struct hd_frame {
  hd_address object;  // 0: the interpreter has made none
  hd_address iframe;  // 3.11: the _PyInterpreterFrame; 0: to 3.10
  hd_address code;    // 0: it is no Python function's
};

// Of a SUSPENDED record.
struct hd_suspended {
  hd_address object, awaited;
  uint64_t line_and_begun;
};

struct hd_walker {
  struct hd_walk* walk;
  const struct hd_layout* layout;

  struct hd_marks marks;
  struct hd_type_table types;
  struct hd_shape_table shapes;
  uint32_t shape_count;

  // Objects on their way from the bitmap to their being written, so that their memory is in the cache by
  // then.
  hd_address ring[HD_RING];
  uint32_t ring_head, ring_tail;

  // Of the collector's lists, see lists.h. While a collection runs, heads of some lie on its thread's stack.
  uint64_t links;
  hd_address stack_lists[HD_STACK_LISTS];
  uint32_t stack_list_count;
  uint32_t unread_members;
  uint32_t frozen;  // in the permanent generation of the interpreter at hand
  int lists_failed;

  // Where the sweep is.
  struct hd_region* swept_region;
  uint32_t swept_block, swept_word;

  // The object at hand.
  struct hd_type_info* type;
  struct hd_type_info* current_type;  // the type of the object at hand, once it is known
  hd_address failed_traverse;         // an object whose tp_traverse failed
  hd_address examined;                // a type that is being looked at
  uint64_t references[HD_MAX_REFERENCES];
  uint64_t visited[HD_MAX_REFERENCES];
  uint64_t visited_count;
  uint64_t named_count;  // of them, references that were written already
  struct hd_tail tail;

  // What of a SUSPENDED record is not written yet.
  struct hd_suspended suspended[HD_MAX_SUSPENDED];
  uint32_t suspended_count;
  // What of a FINALIZED record is not written yet.
  hd_address finalized[HD_MAX_FINALIZED];
  uint32_t finalized_count;

  // Of suspended greenlets, see greenlets.h. The stack of the one at hand, innermost frame first; where the
  // top frame stands; the innermost frames of threads.
  struct hd_frame stack[HD_MAX_STACK];
  uint32_t stack_depth;
  uint32_t top_frame;
  hd_address running[HD_MAX_RUNNING];
  uint32_t running_count;

  // Messages: definitions go out before the objects that need them. Each buffer begins with room for the
  // message's header.
  struct hd_text definitions;
  uint32_t definitions_whole;  // up to the last whole record
  uint8_t* objects;
  uint8_t* object_end;
  uint64_t object_count;  // in the message
  uint64_t previous;
  uint64_t recent[1024];
  uint64_t objects_written, references_written;
  // References that the object being streamed still owes.
  uint64_t stream_left;
  uint64_t* stream;
  uint64_t stream_count;

  // Of the object at hand, if a types file tells what it owns.
  uint64_t owned_bytes;
  int owned_known;
  struct hd_numbers shared_memory;  // where memory begins that several objects may own
  uint64_t counted_links;
  uint64_t owned_total, memory_total;  // bytes
  struct hd_traces traces;

  uint32_t content_limit;
  int writes_strs;  // that were put aside
  const char* status;
  hd_address subtype_traverse;
  hd_address none_type;
  hd_address interpreter;  // the first one: its static types' dicts
  hd_address image_word;   // where the search of a library's data is
  // Dicts of interned strings, one of each interpreter.
  hd_address interned[HD_MAX_INTERNED];
  uint32_t interned_count;
  // Where instances have the pointer to their attribute values; 0: in none. The longest header before an
  // object.
  int64_t managed_pointer, before_object;
  uint32_t heap_type_qualname, function_qualname, function_code, generator_qualname, generator_code;
};

// system.c
void hd_exit(int status) __attribute__((noreturn));
long hd_write(int fd, const void* bytes, uint64_t size);
// Zeroed; ends the walk if the arena is used up.
void* hd_allocate(struct hd_walker* w, uint64_t size);
void hd_copy(uint8_t* to, const uint8_t* from, uint64_t size);

// guard.c: runs `body`; an hd_walk_failure, or 0. Failures inside of it end it there.
int hd_guarded(volatile uint64_t* recover_stack, void (*body)(void*), void* argument);
// Ends the innermost of them with that failure.
void hd_fail(struct hd_walker* w, int failure) __attribute__((noreturn));
void hd_stop(struct hd_walker* w, const char* status) __attribute__((noreturn));
// The same for a part of the walk: a failure is recorded, and the walk can go on unless w->status is set.
int hd_attempt(struct hd_walker* w, void (*body)(struct hd_walker*, uint64_t), uint64_t argument);
void* memset(void* to, int byte, uint64_t size);
void* memmove(void* to, const void* from, uint64_t size);

static inline uint32_t hd_set_phase(struct hd_walker* w, uint32_t phase) {
  const uint32_t before = w->walk->phase;
  w->walk->phase = phase;
  return before;
}
static inline void hd_step(struct hd_walker* w) { w->walk->steps++; }

#endif
