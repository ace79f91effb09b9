// The references that structures in CPython's headers hold, and how Python calls them.

const exceptionFields = {
  __dict__: "dict",
  args: "args",
  __notes__: "notes",
  __traceback__: "traceback",
  __context__: "context",
  __cause__: "cause",
};

/**
 * Fields of structures in headers, by owner: the structure, and the member behind each name. A member that a version
 * does not have is left out.
 * @type {Record<string, [string, Record<string, string>]>}
 */
const structures = {
  "@type": [
    "PyTypeObject",
    {
      __base__: "tp_base",
      __bases__: "tp_bases",
      __mro__: "tp_mro",
      __dict__: "tp_dict",
      tp_cache: "tp_cache",
      tp_subclasses: "tp_subclasses",
    },
  ],
  "@heaptype": [
    "PyHeapTypeObject",
    { __name__: "ht_name", __qualname__: "ht_qualname", __slots__: "ht_slots", ht_module: "ht_module" },
  ],
  "@code": [
    "PyCodeObject",
    {
      co_code: "co_code | PyCodeObject._co_code",
      co_consts: "co_consts",
      co_names: "co_names",
      co_varnames: "co_varnames",
      co_freevars: "co_freevars",
      co_cellvars: "co_cellvars",
      co_localsplusnames: "co_localsplusnames",
      co_localspluskinds: "co_localspluskinds",
      co_filename: "co_filename",
      co_name: "co_name",
      co_qualname: "co_qualname",
      co_lnotab: "co_lnotab",
      co_linetable: "co_linetable",
      co_exceptiontable: "co_exceptiontable",
    },
  ],
  "@codecached": [
    "_PyCoCached",
    {
      co_code: "_co_code",
      co_varnames: "_co_varnames",
      co_cellvars: "_co_cellvars",
      co_freevars: "_co_freevars",
    },
  ],
  "@frame": [
    "PyFrameObject",
    {
      f_back: "f_back",
      f_code: "f_code",
      f_builtins: "f_builtins",
      f_globals: "f_globals",
      f_locals: "f_locals",
      f_trace: "f_trace",
      f_extra_locals: "f_extra_locals",
      f_locals_cache: "f_locals_cache",
      f_overwritten_fast_locals: "f_overwritten_fast_locals",
    },
  ],
  "@generator": [
    "PyGenObject",
    {
      gi_frame: "gi_frame",
      gi_code: "gi_code",
      __name__: "gi_name",
      __qualname__: "gi_qualname",
      exc_type: "gi_exc_state.exc_type",
      exc_value: "gi_exc_state.exc_value",
      exc_traceback: "gi_exc_state.exc_traceback",
    },
  ],
  // A generator has the field as well, and nothing ever stands in it: not even null.
  coroutine: [
    "PyCoroObject",
    {
      cr_frame: "cr_frame",
      cr_code: "cr_code",
      cr_origin: "cr_origin",
      cr_origin_or_finalizer: "cr_origin_or_finalizer",
    },
  ],
  async_generator: [
    "PyAsyncGenObject",
    {
      ag_frame: "ag_frame",
      ag_code: "ag_code",
      ag_finalizer: "ag_finalizer",
      ag_origin_or_finalizer: "ag_origin_or_finalizer",
    },
  ],
  function: [
    "PyFunctionObject",
    Object.fromEntries(
      Object.entries({ __type_params__: "typeparams" })
        .concat(
          "code globals builtins name qualname defaults kwdefaults closure doc dict module annotations annotate"
            .split(" ")
            .map((name) => [`__${name}__`, name]),
        )
        .map(([name, member]) => [name, `func_${member}`]),
    ),
  ],
  method: ["PyMethodObject", { __func__: "im_func", __self__: "im_self" }],
  instancemethod: ["PyInstanceMethodObject", { __func__: "func" }],
  builtin_function_or_method: ["PyCFunctionObject", { __self__: "m_self", __module__: "m_module" }],
  builtin_method: ["PyCMethodObject", { mm_class: "mm_class" }],
  cell: ["PyCellObject", { cell_contents: "ob_ref" }],
  module: ["PyModuleObject", { __dict__: "md_dict", __name__: "md_name" }],
  slice: ["PySliceObject", { start: "start", stop: "stop", step: "step" }],
  memoryview: ["PyMemoryViewObject", { mbuf: "mbuf" }],
  managedbuffer: ["_PyManagedBufferObject", { obj: "master.obj" }],
  traceback: ["PyTracebackObject", { tb_next: "tb_next", tb_frame: "tb_frame" }],
  ...Object.fromEntries(
    [
      "weakref",
      "weakref.ReferenceType",
      "weakproxy",
      "weakcallableproxy",
      "weakref.ProxyType",
      "weakref.CallableProxyType",
    ].map((owner) => [
      owner,
      ["PyWeakReference", { __referent__: "wr_object", __callback__: "wr_callback" }],
    ]),
  ),
  ...Object.fromEntries(
    ["method", "classmethod", "member", "getset", "wrapper"].map((kind) => [
      kind === "wrapper" ? "wrapper_descriptor" : `${kind}_descriptor`,
      ["PyDescrObject", { __objclass__: "d_type", __name__: "d_name", __qualname__: "d_qualname" }],
    ]),
  ),
  BaseException: ["PyBaseExceptionObject", exceptionFields],
  BaseExceptionGroup: [
    "PyBaseExceptionGroupObject",
    { message: "msg", exceptions: "excs", excs_str: "excs_str" },
  ],
  SyntaxError: [
    "PySyntaxErrorObject",
    Object.fromEntries(
      "msg filename lineno offset end_lineno end_offset text print_file_and_line metadata"
        .split(" ")
        .map((name) => [name, name]),
    ),
  ],
  ImportError: ["PyImportErrorObject", { msg: "msg", name: "name", path: "path", name_from: "name_from" }],
  ...Object.fromEntries(
    ["UnicodeEncodeError", "UnicodeDecodeError", "UnicodeTranslateError"].map((owner) => [
      owner,
      ["PyUnicodeErrorObject", { encoding: "encoding", object: "object", reason: "reason" }],
    ]),
  ),
  SystemExit: ["PySystemExitObject", { code: "code" }],
  OSError: [
    "PyOSErrorObject",
    { errno: "myerrno", strerror: "strerror", filename: "filename", filename2: "filename2" },
  ],
  StopIteration: ["PyStopIterationObject", { value: "value" }],
  NameError: ["PyNameErrorObject", { name: "name" }],
  AttributeError: ["PyAttributeErrorObject", { obj: "obj", name: "name" }],
  ...Object.fromEntries(
    ["", "_contextvars."].flatMap((module) => [
      [`${module}ContextVar`, ["PyContextVar", { name: "var_name", default: "var_default" }]],
      [`${module}Context`, ["PyContext", { ctx_prev: "ctx_prev", ctx_vars: "ctx_vars" }]],
      [`${module}Token`, ["PyContextToken", { context: "tok_ctx", var: "tok_var", old_value: "tok_oldval" }]],
    ]),
  ),
  hamt: ["PyHamtObject", { h_root: "h_root" }],
};

// Of PyInterpreterState and PyThreadState every reference counts but these: borrowed ones, free lists, what
// hd_layout tells of (static types, frames), what is a list of its own (threads), and the table of interned strings,
// which does not hold them.
const notHeld = [
  /free_?list/i,
  /slice_cache$/,
  /trash|delete_later/,
  /^types\./,
  /^_initial_thread\b/,
  /^static_objects\./,
  /^callable_cache\./,
  /^ast\./,
  /^executor/,
  /interned/,
  /^pyexitmodule$/,
  /^(frame|trace_info\.code)$/,
];

/**
 * @param {import("./installation.mjs").Installation["ask"]} ask
 * @param {string} structures alternatives
 * @returns {Record<string, number>}
 */
function everyReference(ask, structures) {
  const asked = structures.split(" | ").map((name) => [name, `references ${name}`]);
  const answers = /** @type {unknown[]} */ (Object.values(ask(Object.fromEntries(asked))));
  const found = /** @type {[string, number][]} */ (answers.find(Boolean) ?? []);
  const named = found.map(
    ([path, at]) => /** @type {[string, number]} */ ([path.replace(/^base\./, ""), at]),
  );
  return Object.fromEntries(named.filter(([path]) => !notHeld.some((pattern) => pattern.test(path))));
}

/**
 * @param {import("./installation.mjs").Installation["ask"]} ask
 * @returns {Record<string, Record<string, number>>} by owner: where each named field is
 */
export function fieldsInHeaders(ask) {
  const questions = Object.entries(structures).flatMap(([owner, [structure, members]]) =>
    Object.entries(members).map(([name, member]) => [`${owner} ${name}`, `${structure}.${member}`]),
  );
  const places = ask(Object.fromEntries(questions));
  /** @type {Record<string, Record<string, number>>} */
  const found = {
    "@interpreter": everyReference(ask, "PyInterpreterState"),
    "@thread": everyReference(ask, "_PyThreadStateImpl | PyThreadState"),
  };
  for (const [question, at] of Object.entries(places)) {
    const [owner = "", name = ""] = question.split(" ");
    if (typeof at === "number") found[owner] = { ...found[owner], [name]: at };
  }
  return found;
}
