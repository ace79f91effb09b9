// Where each field of `struct hd_layout` (payload/walk/layout.h) comes from: see structures.py for the
// expressions.

/** @typedef {number | null} Value null stands for HD_ABSENT */
/** @typedef {{heap: [string, Value | Value[]][], basicSizes: [string, Value][], debugOffsets: string[]}} HeapData */

/** @param {number} index */
const generations = (index) =>
  [
    `_PyRuntimeState.gc.generations[${index}].head`,
    `PyInterpreterState.gc.generations[${index}].head`,
    `PyInterpreterState.gc.${["young", "old[0]", "old[1]"][index]}.head`,
  ].join(" | ");

/** @type {Record<string, string>} */
const expressions = {
  refcount_bytes: "sizeof PyObject.ob_refcnt",

  type_name: "PyTypeObject.tp_name",
  type_basicsize: "PyTypeObject.tp_basicsize",
  type_itemsize: "PyTypeObject.tp_itemsize",
  type_flags: "PyTypeObject.tp_flags",
  type_traverse: "PyTypeObject.tp_traverse",
  type_members: "PyTypeObject.tp_members",
  type_base: "PyTypeObject.tp_base",
  type_dict: "PyTypeObject.tp_dict",
  type_dictoffset: "PyTypeObject.tp_dictoffset",
  type_is_gc: "PyTypeObject.tp_is_gc",
  type_mro: "PyTypeObject.tp_mro",
  type_subclasses: "PyTypeObject.tp_subclasses",
  type_size: "sizeof PyTypeObject",
  heap_type_size: "sizeof PyHeapTypeObject",
  heap_type_cached_keys: "PyHeapTypeObject.ht_cached_keys",

  "static_types[0]": "PyInterpreterState.types.builtins.initialized | PyInterpreterState.types.builtins",
  "static_types[1]": "PyInterpreterState.types.for_extensions.initialized",
  static_type_size: "sizeof managed_static_type_state | sizeof static_builtin_state",
  static_type_type: "managed_static_type_state.type | static_builtin_state.type",
  static_type_dict: "managed_static_type_state.tp_dict | static_builtin_state.tp_dict",
  static_type_subclasses: "managed_static_type_state.tp_subclasses | static_builtin_state.tp_subclasses",
  "static_type_count[0]":
    "PyInterpreterState.types.builtins.num_initialized | PyInterpreterState.types.num_builtins_initialized",
  "static_type_count[1]": "PyInterpreterState.types.for_extensions.num_initialized",

  runtime_interpreters: "_PyRuntimeState.interpreters.head",
  interpreter_next: "PyInterpreterState.next",
  interpreter_id: "PyInterpreterState.id",
  interpreter_threads: "PyInterpreterState.threads.head | PyInterpreterState.tstate_head",
  interpreter_modules: "PyInterpreterState.imports.modules | PyInterpreterState.modules",
  interpreter_sysdict: "PyInterpreterState.sysdict",
  interpreter_builtins: "PyInterpreterState.builtins",
  interpreter_importlib: "PyInterpreterState.imports.importlib | PyInterpreterState.importlib",
  interpreter_size: "sizeof PyInterpreterState",
  interpreter_type_cache:
    "PyInterpreterState.types.type_cache.hashtable | PyInterpreterState.type_cache.hashtable",
  interpreter_identifiers: "PyInterpreterState.unicode.ids.array",
  interpreter_identifier_count: "PyInterpreterState.unicode.ids.size",
  interpreter_interned: "PyInterpreterState.cached_objects.interned_strings",
  interpreter_ast: "PyInterpreterState.ast.AST_type",
  interpreter_ast_end: "PyInterpreterState.ast + sizeof PyInterpreterState.ast",
  thread_next: "PyThreadState.next",
  thread_identity: "PyThreadState.thread_id",
  thread_native_id: "PyThreadState.native_thread_id",
  thread_cframe: "PyThreadState.cframe if _PyCFrame.current_frame",
  thread_frame: "PyThreadState.current_frame | _PyCFrame.current_frame | PyThreadState.frame",

  gc_in_runtime: "has _PyRuntimeState.gc | 0",
  "gc_list[0]": generations(0),
  "gc_list[1]": generations(1),
  "gc_list[2]": generations(2),
  "gc_list[3]":
    "_PyRuntimeState.gc.permanent_generation.head | PyInterpreterState.gc.permanent_generation.head",
  "gc_generation[0]": "0",
  "gc_generation[1]": "1",
  "gc_generation[2]": "2",
  "gc_generation[3]": "3",
  gc_collecting: "_PyRuntimeState.gc.collecting | PyInterpreterState.gc.collecting",
  gc_enabled: "_PyRuntimeState.gc.enabled | PyInterpreterState.gc.enabled",
  gc_debug: "_PyRuntimeState.gc.debug | PyInterpreterState.gc.debug",
  gc_garbage: "_PyRuntimeState.gc.garbage | PyInterpreterState.gc.garbage",
  gc_callbacks: "_PyRuntimeState.gc.callbacks | PyInterpreterState.gc.callbacks",
  gc_visited_space: "PyInterpreterState.gc.visited_space",
  gc_threshold: "struct gc_generation.threshold",
  gc_count: "struct gc_generation.count",

  runtime_gil: "_PyRuntimeState.ceval.gil",
  interpreter_gil: "PyInterpreterState.ceval.gil",
  gil_locked: "struct _gil_runtime_state.locked",
  gil_last_holder: "struct _gil_runtime_state.last_holder",

  dict_used: "PyDictObject.ma_used",
  dict_keys: "PyDictObject.ma_keys",
  dict_values: "PyDictObject.ma_values",
  keys_refcount: "struct _dictkeysobject.dk_refcnt",
  keys_size: "struct _dictkeysobject.dk_size",
  keys_log2_size: "struct _dictkeysobject.dk_log2_size",
  keys_log2_index_bytes: "struct _dictkeysobject.dk_log2_index_bytes",
  keys_kind: "struct _dictkeysobject.dk_kind",
  keys_usable: "struct _dictkeysobject.dk_usable",
  keys_entries: "struct _dictkeysobject.dk_nentries",
  keys_indices: "struct _dictkeysobject.dk_indices",
  values_values: "struct _dictvalues.values | 0",
  values_valid: "struct _dictvalues.valid",
  values_capacity: "struct _dictvalues.capacity",
  values_embedded: "struct _dictvalues.embedded",

  list_items: "PyListObject.ob_item",
  list_allocated: "PyListObject.allocated",
  tuple_items: "PyTupleObject.ob_item",
  set_fill: "PySetObject.fill",
  set_used: "PySetObject.used",
  set_mask: "PySetObject.mask",
  set_table: "PySetObject.table",
  set_small_table: "PySetObject.smalltable",
  set_entry_size: "sizeof setentry",
  set_entry_key: "setentry.key",
  set_entry_hash: "setentry.hash",

  str_length: "PyASCIIObject.length",
  str_state: "PyASCIIObject.state",
  str_kind_shift: "shift PyASCIIObject.state.kind",
  str_compact_shift: "shift PyASCIIObject.state.compact",
  str_ascii_shift: "shift PyASCIIObject.state.ascii",
  str_wide: "PyASCIIObject.wstr",
  str_wide_length: "PyCompactUnicodeObject.wstr_length",
  str_utf8: "PyCompactUnicodeObject.utf8",
  str_utf8_length: "PyCompactUnicodeObject.utf8_length",
  str_data: "PyUnicodeObject.data",
  str_ascii_size: "sizeof PyASCIIObject",
  str_compact_size: "sizeof PyCompactUnicodeObject",
  str_size: "sizeof PyUnicodeObject",
  int_tag: "PyLongObject.long_value.lv_tag",
  int_digits: "PyLongObject.long_value.ob_digit | PyLongObject.ob_digit",
  float_value: "PyFloatObject.ob_fval",
  bytes_value: "PyBytesObject.ob_sval",
  bytearray_allocated: "PyByteArrayObject.ob_alloc",
  bytearray_start: "PyByteArrayObject.ob_start",
  module_dict: "PyModuleObject.md_dict",

  code_size: "PyCodeObject.co_code_adaptive | sizeof PyCodeObject",
  code_flags: "PyCodeObject.co_flags",
  code_argument_count: "PyCodeObject.co_argcount",
  code_local_count: "PyCodeObject.co_nlocals",
  code_stack_size: "PyCodeObject.co_stacksize",
  code_first_line: "PyCodeObject.co_firstlineno",
  code_name: "PyCodeObject.co_name",
  code_qualname: "PyCodeObject.co_qualname",
  code_file: "PyCodeObject.co_filename",
  code_line_table: "PyCodeObject.co_linetable | PyCodeObject.co_lnotab",
  code_varnames: "PyCodeObject.co_varnames",
  code_cellvars: "PyCodeObject.co_cellvars",
  code_freevars: "PyCodeObject.co_freevars",
  code_instructions: "PyCodeObject.co_code",
  code_locals_plus_count: "PyCodeObject.co_nlocalsplus",
  code_locals_plus_names: "PyCodeObject.co_localsplusnames",
  code_locals_plus_kinds: "PyCodeObject.co_localspluskinds",
  code_extra: "PyCodeObject.co_extra",

  frame_back: "PyFrameObject.f_back",
  frame_interpreter_frame: "PyFrameObject.f_frame",
  frame_code: "PyFrameObject.f_code",
  frame_builtins: "PyFrameObject.f_builtins",
  frame_globals: "PyFrameObject.f_globals",
  frame_last_instruction: "PyFrameObject.f_lasti",
  frame_locals_plus: "PyFrameObject.f_localsplus",
  frame_value_stack: "PyFrameObject.f_valuestack",
  frame_stack_top: "PyFrameObject.f_stacktop",
  frame_stack_depth: "PyFrameObject.f_stackdepth",

  iframe_previous: "_PyInterpreterFrame.previous",
  iframe_code: "_PyInterpreterFrame.f_executable | _PyInterpreterFrame.f_code",
  iframe_function: "_PyInterpreterFrame.f_funcobj | _PyInterpreterFrame.f_func",
  iframe_globals: "_PyInterpreterFrame.f_globals",
  iframe_builtins: "_PyInterpreterFrame.f_builtins",
  iframe_locals: "_PyInterpreterFrame.f_locals",
  iframe_object: "_PyInterpreterFrame.frame_obj",
  iframe_instruction: "_PyInterpreterFrame.instr_ptr | _PyInterpreterFrame.prev_instr",
  iframe_owner: "_PyInterpreterFrame.owner",
  iframe_locals_plus: "_PyInterpreterFrame.localsplus",
  iframe_stack_top: "_PyInterpreterFrame.stacktop",
  iframe_stack_pointer: "_PyInterpreterFrame.stackpointer",

  gen_frame: "PyGenObject.gi_frame",
  gen_iframe: "PyGenObject.gi_iframe",
  gen_frame_state: "PyGenObject.gi_frame_state",

  member_size: "sizeof PyMemberDef",
  member_name: "PyMemberDef.name",
  member_type: "PyMemberDef.type",
  member_offset: "PyMemberDef.offset",

  trace_state_size: "sizeof struct _tracemalloc_runtime_state",
  trace_table: "struct _tracemalloc_runtime_state.traces",
  trace_empty: "struct _tracemalloc_runtime_state.empty_traceback",
  trace_total: "struct tracemalloc_traceback.total_nframe",
  table_entries: "_Py_hashtable_t.nentries",
  table_bucket_count: "_Py_hashtable_t.nbuckets",
  table_buckets: "_Py_hashtable_t.buckets",
  table_hash: "_Py_hashtable_t.hash_func",
  table_compare: "_Py_hashtable_t.compare_func",
  table_key_size: "_Py_hashtable_t.key_size",
  table_data_size: "_Py_hashtable_t.data_size",
  table_free_key: "_Py_hashtable_t.key_destroy_func",
  table_free_value: "_Py_hashtable_t.value_destroy_func",
};

/** The fields that probe.c prints, and what they are where it does not: null stands for HD_ABSENT.
 * @type {Record<string, number | null>} */
const whereAbsent = {
  immortal_bit: null,
  flag_managed_dict: 0,
  int_min_digits: 0,
  flag_preheader: 0,
  flag_inline_values: 0,
  flag_static_builtin: 0,
  managed_values: 0,
  managed_dict: 0,
  managed_tagged: 0,
  iframe_owner_generator: null,
  iframe_owner_c_stack_min: null,
  gen_state_cleared: 0,
  gen_state_created: 0,
  gen_state_yield_from: 0,
  code_yield_from: null,
  tag_mask: 0,
  tag_int: 0,
  code_line_format: null,
  frame_instruction_size: null,
  member_object: null,
  member_object_ex: null,
};

/** tp_basicsize of CPython's own types, named as in struct hd_types.
 * @type {Record<string, string>} */
const basicSizes = {
  dict: "sizeof PyDictObject",
  list: "sizeof PyListObject",
  tuple: "PyTupleObject.ob_item",
  set: "sizeof PySetObject",
  str: "sizeof PyUnicodeObject",
  type: "sizeof PyHeapTypeObject",
  module: "sizeof PyModuleObject",
  function: "sizeof PyFunctionObject",
  frame: "PyFrameObject._f_frame_data + _PyInterpreterFrame.localsplus | sizeof PyFrameObject",
  generator: "PyGenObject.gi_iframe + _PyInterpreterFrame.localsplus | sizeof PyGenObject",
  code: "PyCodeObject.co_code_adaptive | sizeof PyCodeObject",
};

/**
 * What _Py_DebugOffsets says of a field: the entry, or sums and differences of entries.
 * @type {Record<string, string>}
 */
const debugOffsets = {
  runtime_interpreters: "runtime_state.interpreters_head",
  interpreter_id: "interpreter_state.id",
  interpreter_next: "interpreter_state.next",
  interpreter_threads: "interpreter_state.threads_head",
  interpreter_modules: "interpreter_state.imports_modules",
  interpreter_sysdict: "interpreter_state.sysdict",
  interpreter_builtins: "interpreter_state.builtins",
  interpreter_gil: "interpreter_state.ceval_gil",
  gil_locked: "interpreter_state.gil_runtime_state_locked - interpreter_state.gil_runtime_state",
  gil_last_holder: "interpreter_state.gil_runtime_state_holder - interpreter_state.gil_runtime_state",
  gc_collecting: "interpreter_state.gc + gc.collecting",
  thread_next: "thread_state.next",
  thread_frame: "thread_state.current_frame",
  thread_identity: "thread_state.thread_id",
  thread_native_id: "thread_state.native_thread_id",
  iframe_previous: "interpreter_frame.previous",
  iframe_code: "interpreter_frame.executable",
  iframe_instruction: "interpreter_frame.instr_ptr",
  iframe_locals_plus: "interpreter_frame.localsplus",
  iframe_owner: "interpreter_frame.owner",
  iframe_stack_pointer: "interpreter_frame.stackpointer",
  code_file: "code_object.filename",
  code_name: "code_object.name",
  code_qualname: "code_object.qualname",
  code_line_table: "code_object.linetable",
  code_first_line: "code_object.firstlineno",
  code_argument_count: "code_object.argcount",
  code_locals_plus_names: "code_object.localsplusnames",
  code_locals_plus_kinds: "code_object.localspluskinds",
  code_size: "code_object.co_code_adaptive",
  type_size: "type_object.size",
  type_name: "type_object.tp_name",
  type_flags: "type_object.tp_flags",
  tuple_items: "tuple_object.ob_item",
  list_items: "list_object.ob_item",
  set_used: "set_object.used",
  set_table: "set_object.table",
  set_mask: "set_object.mask",
  dict_keys: "dict_object.ma_keys",
  dict_values: "dict_object.ma_values",
  float_value: "float_object.ob_fval",
  int_tag: "long_object.lv_tag",
  int_digits: "long_object.ob_digit",
  bytes_value: "bytes_object.ob_sval",
  str_state: "unicode_object.state",
  str_length: "unicode_object.length",
  str_ascii_size: "unicode_object.asciiobject_size",
  str_size: "unicode_object.size",
  gen_iframe: "gen_object.gi_iframe",
  gen_frame_state: "gen_object.gi_frame_state",
};

/**
 * @param {import("./installation.mjs").Installation} installation
 * @param {{name: string, length: number | undefined}[]} fields of struct hd_layout
 * @returns {HeapData}
 */
export function heapLayout({ ask, constants }, fields) {
  const found = ask({ ...expressions, ...basicSizes });
  const value = (/** @type {string} */ name) => {
    if (name in expressions) return found[name] ?? null;
    if (!(name in whereAbsent)) throw new Error(`nothing says where hd_layout.${name} is`);
    return constants[name] ?? whereAbsent[name] ?? null;
  };
  /** @type {HeapData["heap"]} */
  const heap = fields.map(({ name, length }) => [
    name,
    length ? Array.from({ length }, (_, index) => value(`${name}[${index}]`)) : value(name),
  ]);
  /** @type {HeapData["basicSizes"]} */
  const sizes = Object.keys(basicSizes).map((name) => [name, found[name] ?? null]);
  return { heap, basicSizes: sizes, debugOffsets: debugEntries(ask) };
}

/**
 * @param {import("./installation.mjs").Installation["ask"]} ask
 * @returns {string[]} values of struct DebugOffset
 */
function debugEntries(ask) {
  const parts = Object.entries(debugOffsets).map(([field, text]) => ({ field, words: text.split(" ") }));
  const paths = parts.flatMap(({ words }) => words.filter((word) => word.length > 1));
  const places = ask(Object.fromEntries(paths.map((path) => [path, `_Py_DebugOffsets.${path}`])));
  return parts.flatMap(({ field, words: [first = "", sign, second = ""] }) => {
    const [at, other] = [places[first], places[second]];
    if (typeof at !== "number" || (sign && typeof other !== "number")) return [];
    const operand = sign ? `, .${sign === "+" ? "plus" : "minus"} = ${other}` : "";
    return [`{.name = "${field}", .field = &hd_layout::${field}, .at = ${at}${operand}}`];
  });
}
