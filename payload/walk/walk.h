// What the tool and the walker in the child tell each other, in the child's memory. Plain C.
//
// The walker is one position-independent blob without relocations, the same for every CPython: it calls no
// libc and no Python API, takes no lock, and changes no byte of an object. It writes the messages of
// protocol.h to `fd` and ends its process (exit_group, status 0 when it wrote HD_END).
#ifndef HEAPDUMP_WALK_H
#define HEAPDUMP_WALK_H

#include <stdint.h>

#include "walk/layout.h"

// The first bytes of the blob: distances in it.
struct hd_walker_header {
  char magic[8];  // "hdwalker"
  uint32_t entry;
  uint32_t recover;
  uint32_t size;
  uint32_t reserved;
};

// Addresses in the target of the type objects whose instances the walker lays out itself (exported symbols).
struct hd_types {
  uint64_t object, type, dict, ordered_dict, list, tuple, set, frozenset, str, integer, boolean, floating,
      bytes, bytearray, module, code, frame, generator, coroutine, async_generator, cell, function, method,
      none;
};

struct hd_range {
  uint64_t start, end;
};

enum hd_memory_kind {
  HD_MEMORY_ANONYMOUS = 0,
  HD_MEMORY_BRK = 1,   // [heap]
  HD_MEMORY_FILE = 2,  // of a program or a library
};

struct hd_memory_range {
  uint64_t start, end;
  // The end of the last of the mappings that follow each other without a gap: what begins in one can end in
  // another, whose pages need not be looked at.
  uint64_t run_end;
  uint64_t kind;
};

// Writable data of the program or of a library: its static variables. `name` is that of the root that one is.
struct hd_image_data {
  uint64_t start, end;
  struct hd_range image;
  char name[48];
};

enum hd_walk_phase {
  HD_WALK_OWN = 0,      // in code of the walker that cannot fail
  HD_WALK_READING = 1,  // reads the heap: a fault means a half-updated object
  HD_WALK_FOREIGN = 2,  // in a tp_traverse
  HD_WALK_WRITING = 3,  // in write(2)
};

enum hd_walk_failure { HD_WALK_FAULT = 1, HD_WALK_HANG = 2 };

struct hd_walk {
  // What the tool says beforehand.
  struct hd_layout layout;
  struct hd_types types;
  uint64_t runtime;  // _PyRuntime
  int32_t pid;       // of the target as it sees itself: the native id of its main thread
  int32_t fd;
  // Bytes of content kept of an object; 0: none anywhere, labels of dict keys included.
  uint32_t content_limit;
  // Of what data consists of nothing is kept but the keys of the dicts of modules, classes and instances.
  uint32_t only_names;
  uint64_t fields;  // struct hd_field[field_count]
  uint64_t field_count;
  uint64_t declarations;  // struct hd_declaration[declaration_count]
  uint64_t declaration_count;
  uint64_t declared;  // struct hd_declared[declared_count]
  uint64_t declared_count;
  uint64_t formula_steps;  // struct hd_formula_step[formula_step_count]
  uint64_t formula_step_count;
  uint64_t image_data;  // struct hd_image_data[image_data_count]
  uint64_t image_data_count;
  // Memory that is not heap: thread stacks (list heads of a collection lie there), sorted; struct hd_range[].
  uint64_t stacks;
  uint64_t stack_count;
  // The mappings whose use is looked into, and those that a word may point to; sorted; struct
  // hd_memory_range[].
  uint64_t memory;
  uint64_t memory_count;
  uint64_t has_glibc_malloc;
  // tracemalloc's table of traces, a _Py_hashtable_t; 0: nothing is traced, or it was not found. How many
  // frames it keeps of a stack.
  uint64_t traces;
  uint64_t trace_frames;
  // Addresses for all of the walker's tables, taken from the start on. Mapped, and zeroed, up to
  // `arena_mapped`; the walker maps more as it takes it: under mlockall(MCL_FUTURE) memory is filled when it
  // is mapped.
  struct hd_range arena;
  uint64_t arena_mapped;

  // What the walker says during the walk. `steps` grows with everything it does; if it stands still while
  // `phase` is not HD_WALK_WRITING, something hangs. To get it out of a fault or a hang the tool sets rip to
  // the blob's `recover`, rsp to `recover_stack` and rax to an hd_walk_failure; that works while
  // `recover_stack` is not 0.
  volatile uint64_t steps;
  volatile uint64_t objects;
  volatile uint32_t phase;
  volatile uint64_t recover_stack;
  volatile uint64_t object;  // the one at hand
  volatile uint64_t arena_used;
};

// Entered with rdi = struct hd_walk*, rsp = the top of a stack of HD_WALK_STACK bytes of its own.
enum { HD_WALK_STACK = 256 << 10 };

#endif
