// Where a CPython keeps what the walker reads: data, one value of `struct hd_layout` per version, generated
// by scripts/generate-layouts.mjs from that version's headers (native/python/layouts.inc). Plain C, for
// the freestanding walker and for the tool.
//
// Distances are in bytes from the start of the structure that the name begins with; HD_ABSENT if that
// version has no such field. What has been the same in every version since 3.8 is not here: ob_refcnt 0,
// ob_type 8, ob_size 16; PyGC_Head is the 16 bytes before an object (_gc_next, _gc_prev; _gc_next 0: not
// tracked).
#ifndef HEAPDUMP_WALK_LAYOUT_H
#define HEAPDUMP_WALK_LAYOUT_H

#include <stdint.h>

#define HD_ABSENT 0xffffffffu

enum { HD_GC_LISTS = 4 };
// struct type_cache: 4096 entries of 24 bytes.
enum { HD_TYPE_CACHE_ENTRY = 24, HD_TYPE_CACHE_NAME = 8, HD_TYPE_CACHE_SIZE = 4096 * HD_TYPE_CACHE_ENTRY };

struct hd_layout {
  // PyObject. The bit of the low 32 of ob_refcnt that an immortal object has set (3.12: 31); width of the
  // count in bytes (3.14: 4, the rest are flags).
  uint32_t immortal_bit;
  uint32_t refcount_bytes;

  // Bits of tp_flags; 0 if that version has none.
  uint64_t flag_managed_dict;    // 3.11
  uint64_t flag_preheader;       // any of these: two more words before the object, besides PyGC_Head
  uint64_t flag_inline_values;   // 3.13
  uint64_t flag_static_builtin;  // 3.12

  // PyTypeObject, PyHeapTypeObject
  uint32_t type_name, type_basicsize, type_itemsize, type_flags, type_traverse, type_members, type_base,
      type_dict, type_dictoffset, type_is_gc, type_mro, type_subclasses;
  uint32_t type_size;       // sizeof(PyTypeObject)
  uint32_t heap_type_size;  // sizeof(PyHeapTypeObject)
  uint32_t heap_type_cached_keys;

  // Static builtin types keep tp_dict and tp_subclasses in the interpreter (3.12): arrays of entries in
  // PyInterpreterState, [0] of CPython's own types, [1] of its extension modules' (3.13). A type's
  // tp_subclasses then is its index + 1; entry `static_type_type` names the type if there is such a field.
  uint32_t static_types[2], static_type_size, static_type_type, static_type_dict, static_type_subclasses,
      static_type_count[2];

  // _PyRuntimeState, PyInterpreterState, PyThreadState
  uint32_t runtime_interpreters, interpreter_next, interpreter_id, interpreter_threads, interpreter_modules,
      interpreter_sysdict, interpreter_builtins, interpreter_importlib;
  uint32_t interpreter_size;  // sizeof(PyInterpreterState)
  // The cache of type attributes (3.10): entries {unsigned version; PyObject* name; PyObject* value}, of
  // which the names are held. What Py_IDENTIFIER made (3.10, 3.11): PyObject** and Py_ssize_t. The dict of
  // interned strings (3.12), which does not count its references to them.
  uint32_t interpreter_type_cache, interpreter_identifiers, interpreter_identifier_count,
      interpreter_interned;
  // What the module ast keeps (3.10): references from the one to the other.
  uint32_t interpreter_ast, interpreter_ast_end;
  uint32_t thread_next, thread_identity, thread_native_id;
  // The innermost frame: PyFrameObject* (3.8-3.10) or _PyInterpreterFrame* (3.11); if `thread_cframe` is
  // present (3.11, 3.12), that is a pointer to a _PyCFrame, and `thread_frame` lies in it.
  uint32_t thread_cframe, thread_frame;

  // The collector's lists: PyGC_Head, in _PyRuntimeState (gc_in_runtime) or PyInterpreterState, and the
  // generation that each is (3: the permanent one). int collecting. The heads of the lists are aligned to 4
  // bytes only in some releases (3.13.18).
  uint32_t gc_in_runtime;
  uint32_t gc_list[HD_GC_LISTS], gc_generation[HD_GC_LISTS];
  uint32_t gc_collecting;
  // int enabled, int debug, and the lists gc.garbage and gc.callbacks, where the lists' heads are. Behind a
  // head, in struct gc_generation: int threshold, int count.
  // An incremental collector (3.14) has int visited_space, which of the two old lists is the older
  // generation; that one's threshold means nothing.
  uint32_t gc_enabled, gc_debug, gc_garbage, gc_callbacks, gc_visited_space, gc_threshold, gc_count;

  // The GIL: struct _gil_runtime_state lies in _PyRuntimeState at `runtime_gil`, or (3.12)
  // PyInterpreterState has a pointer to it at `interpreter_gil`. In it: int locked, and the last holder's
  // PyThreadState*.
  uint32_t runtime_gil, interpreter_gil, gil_locked, gil_last_holder;

  // PyDictObject, PyDictKeysObject, PyDictValues. Keys before 3.11 have an int64 dk_size, an entry has hash,
  // key, value (24 bytes). From 3.11: bytes dk_log2_size, dk_log2_index_bytes, dk_kind (0: entries of 24
  // bytes, else key, value of 16 bytes). The index is followed by the entries.
  uint32_t dict_used, dict_keys, dict_values;
  uint32_t keys_refcount, keys_size, keys_log2_size, keys_log2_index_bytes, keys_kind, keys_usable,
      keys_entries, keys_indices;
  uint32_t values_values;  // the first PyObject* in what ma_values points to
  uint32_t values_valid;   // 3.13: a byte, of inline values; values_capacity likewise
  uint32_t values_capacity;
  uint32_t values_embedded;  // 3.13: a byte, 1 if the values lie in the instance
  // Where an instance of a class with managed dict keeps it, from the start of the object (negative):
  // 3.11: PyDictValues* and PyObject* dict; 3.12: both 0 there and one tagged word (bit 0: values at word +
  // 1, else the dict); 3.13: PyManagedDictPointer, values inline at tp_basicsize.
  int32_t managed_values, managed_dict, managed_tagged;

  // PyListObject, PyTupleObject, PySetObject, setentry
  uint32_t list_items, list_allocated, tuple_items;
  uint32_t set_fill, set_used, set_mask, set_table, set_small_table, set_entry_size, set_entry_key,
      set_entry_hash;

  // PyASCIIObject, PyCompactUnicodeObject, PyUnicodeObject: state is a 32-bit word with bit fields.
  uint32_t str_length, str_state, str_kind_shift, str_compact_shift, str_ascii_shift;
  uint32_t str_wide, str_wide_length;  // wstr (to 3.11)
  uint32_t str_utf8, str_utf8_length, str_data;
  uint32_t str_ascii_size, str_compact_size, str_size;
  // PyLongObject: to 3.11 ob_size counts digits and has the sign; from 3.12 lv_tag (count << 3, sign in the
  // low two bits, 2: negative). Digits of 30 bits in uint32.
  uint32_t int_tag, int_digits;
  uint32_t int_min_digits;  // that int.__sizeof__ counts: 1 from 3.11
  uint32_t float_value;
  uint32_t bytes_value;
  uint32_t bytearray_allocated, bytearray_start;
  uint32_t module_dict;

  // PyCodeObject
  uint32_t code_size;  // distance of its instructions (co_code_adaptive) from 3.11; sizeof before
  uint32_t code_flags, code_argument_count, code_local_count, code_stack_size, code_first_line, code_name,
      code_qualname, code_file, code_line_table;
  uint32_t code_varnames, code_cellvars, code_freevars;  // to 3.10
  uint32_t code_instructions;                            // to 3.10: co_code, a bytes object
  uint32_t code_yield_from;                              // to 3.10: the opcode YIELD_FROM
  uint32_t code_locals_plus_count, code_locals_plus_names, code_locals_plus_kinds;  // from 3.11
  uint32_t code_extra;
  // How co_linetable (co_lnotab) encodes lines: 0: pairs of increments (to 3.9), 1: line table of 3.10,
  // 2: location table (3.11).
  uint32_t code_line_format;

  // PyFrameObject. To 3.10 it has the locals; from 3.11 a pointer to the _PyInterpreterFrame.
  uint32_t frame_back, frame_interpreter_frame;
  uint32_t frame_code, frame_builtins, frame_globals, frame_last_instruction, frame_locals_plus;  // to 3.10
  uint32_t frame_instruction_size;  // bytes that one count of f_lasti is: 1 (3.8, 3.9), 2 (3.10)
  uint32_t frame_value_stack;
  uint32_t frame_stack_top;    // to 3.9: a pointer beyond the last, 0 while the frame runs
  uint32_t frame_stack_depth;  // 3.10: int, -1 while it runs

  // _PyInterpreterFrame (3.11). References in it carry tag bits in some versions: `tag_mask` are those, and a
  // word all of whose tag bits are set is not a pointer if `tag_int` is 1 (3.14). There a reference whose
  // lowest bit is set is not counted, and a word that is nothing but that bit is a null reference.
  uint32_t iframe_previous, iframe_code, iframe_function, iframe_globals, iframe_builtins, iframe_locals,
      iframe_object, iframe_instruction, iframe_owner, iframe_locals_plus;
  uint32_t iframe_stack_top;          // 3.11-3.13: int, number of slots in use, -1 while it runs
  uint32_t iframe_stack_pointer;      // 3.14: pointer beyond the last, 0 while it runs
  uint32_t iframe_owner_generator;    // values of `owner`, a byte
  uint32_t iframe_owner_c_stack_min;  // from this value on: no Python function's frame
  uint64_t tag_mask, tag_int;

  // PyGenObject, also of coroutines and asynchronous generators: from 3.11 the _PyInterpreterFrame lies in
  // it, valid while the int8 gi_frame_state is below `gen_state_cleared`. States below 0 are those of what
  // does not run: it has not begun, or waits in a `yield from` or an `await` (3.13; 0: no state tells that).
  uint32_t gen_frame;  // to 3.10: the PyFrameObject*
  uint32_t gen_iframe, gen_frame_state;
  int32_t gen_state_cleared, gen_state_created, gen_state_yield_from;

  // PyMemberDef: sizeof, name, type, offset; the types that are references.
  uint32_t member_size, member_name, member_type, member_offset, member_object, member_object_ex;

  // tracemalloc. To 3.11 its state is in static variables; from 3.12 in a struct _tracemalloc_runtime_state
  // within _PyRuntimeState, which has the table of traces at `trace_table`, and at `trace_empty` the
  // traceback without frames. In a traceback, how many frames the stack had (3.9).
  uint32_t trace_state_size, trace_table, trace_empty, trace_total;
  // _Py_hashtable_t: how many entries and how many buckets; the buckets; functions. To 3.8 an entry has its
  // key and its data in it, of the sizes that the table says; from 3.9 pointers to them.
  uint32_t table_entries, table_bucket_count, table_buckets, table_hash, table_compare, table_key_size,
      table_data_size, table_free_key, table_free_value;
};

// A reference that stands at a fixed place of a structure. The rows of a type hold for what derives from it,
// too: an object has those of its type and of all of its bases. `owner` is a type as tp_name has it
// (`function`, `_asyncio.Task`), or `@interpreter`, `@thread`, `@type`, `@heaptype`, `@code`, `@codecached`,
// `@frame`, `@generator` for CPython's own structures of these names.
enum hd_field_flag {
  HD_FIELD_UNTRAVERSED = 1,  // a counted reference that tp_traverse does not report
  HD_FIELD_WEAK = 2,         // not counted: it does not hold its target
};

struct hd_field {
  char owner[40];
  uint32_t basicsize;  // tp_basicsize of the type that the row is for; 0: any
  uint32_t offset;
  uint8_t kind;  // enum hd_reference_kind
  uint8_t flags;
  char name[30];
  // Offset of a byte of the object that says whether it reaches as far as the word; 0: it does.
  uint8_t present_at;
};

// What a types file declares (docs/types.md), compiled by native/python/type_declarations.cc: the memory that
// the objects of a type own besides themselves. A row holds for what derives from its type, too.
//
// A formula is steps in postfix order, on a stack of 64-bit words that starts empty and ends with one value.
// A step that reads memory which is not there, and a number beyond 63 bits, make the formula unknown.
enum hd_formula_op {
  HD_NUMBER,  // pushes `value`
  HD_SELF,    // pushes the object's address
  HD_LOAD,    // address → the `width` bytes there, 0x80 more if they are signed
  HD_ADD,
  HD_SUBTRACT,
  HD_MULTIPLY,
  HD_DIVIDE,
  HD_MAX,
  HD_EQUAL,
  HD_LESS,
  HD_AND,  // of 0: skips `value` steps; else takes it from the stack
  HD_NOT,
  HD_INSIDE,  // address → whether it lies in the object
  HD_UNTIL0,  // address, stride → how many words other than 0 stand from the address on, one a stride
  // address, offset → how many blocks a chain has, in which the next one's address is at the offset, up to 0
  // or the object itself
  HD_LINKS,
};
enum { HD_FORMULA_DEPTH = 16, HD_SIGNED = 0x80 };

struct hd_formula_step {
  uint32_t op;
  uint32_t width;
  uint64_t value;
};

// A slice of the steps of all formulas; of no steps: none was given.
struct hd_formula {
  uint32_t first, count;
};

enum hd_declared_kind {
  HD_CHECK,      // `value` must not be 0: else nothing that the declaration says is believed
  HD_OWNS,       // `value` bytes, which begin at `at`, if `when` is not 0
  HD_REFERENCE,  // `value` is the address of an object that tp_traverse does not report
  HD_UNKNOWN,    // memory that cannot be told
};

struct hd_declared {
  uint32_t kind;
  uint32_t is_shared;  // several objects may own what begins at one address: it counts for the first one
  struct hd_formula value, at, when;
  char name[32];  // of a reference
};

struct hd_declaration {
  char owner[64];         // tp_name, or the module and the qualified name of a class
  uint32_t basicsize;     // tp_basicsize of that type; 0: any
  uint32_t first, count;  // hd_declared
  uint32_t is_given;      // by a user, who is told if it is of no use
  // What the walker notes: that an object has such a type, and that what is told holds for one.
  uint32_t is_met, holds;
};

#endif
