// Writes each collection of the cycle collector as JSON into the file that the environment variable GC_GRAPH
// names.
//
// Included by CPython's collector (Modules/gcmodule.c to 3.12, Python/gc.c from 3.13), which calls the
// functions gc_graph_*. They only read objects: nothing is allocated on Python's heap, no reference count
// changes, and no Python code runs. The form of the log is in README.md.
#ifndef HEAPDUMP_GC_GRAPH_H
#define HEAPDUMP_GC_GRAPH_H

#include "gc_graph_file.h"

// False while a forked child goes on with the collection of its parent.
static bool gc_graph_writes(void) {
  return gc_graph_run.pid != 0 && gc_graph_run.pid == getpid() && !gc_graph.disabled;
}

static void gc_graph_character(Py_UCS4 c) {
  if (c == '"' || c == '\\') {
    fprintf(gc_graph.file, "\\%c", (char)c);
  } else if (c >= 0x20 && c < 0x7f) {
    putc((char)c, gc_graph.file);
  } else if (c < 0x10000) {
    fprintf(gc_graph.file, "\\u%04x", (unsigned)c);
  } else {
    c -= 0x10000;
    fprintf(gc_graph.file, "\\u%04x\\u%04x", 0xd800 + (unsigned)(c >> 10), 0xdc00 + (unsigned)(c & 0x3ff));
  }
}

static void gc_graph_text(PyObject *text) {
  for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(text); i++) {
    gc_graph_character(PyUnicode_READ_CHAR(text, i));
  }
}

// The str under that key; NULL if there is none. A lookup could run the __eq__ of another key.
static PyObject *gc_graph_item(PyObject *dict, const char *wanted) {
  PyObject *key, *value;
  Py_ssize_t position = 0;
  if (dict == NULL || !PyDict_CheckExact(dict)) {
    return NULL;
  }
  while (PyDict_Next(dict, &position, &key, &value)) {
    if (PyUnicode_CheckExact(key) && PyUnicode_CompareWithASCIIString(key, wanted) == 0) {
      return PyUnicode_CheckExact(value) ? value : NULL;
    }
  }
  return NULL;
}

// As Python writes it: with its module, unless that is builtins.
static void gc_graph_type_name(PyTypeObject *type) {
  PyObject *qualname = NULL;
  if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
    qualname = ((PyHeapTypeObject *)type)->ht_qualname;
  }
  if (qualname != NULL && PyUnicode_Check(qualname)) {
    PyObject *module = gc_graph_item(type->tp_dict, "__module__");
    if (module != NULL && PyUnicode_CompareWithASCIIString(module, "builtins") != 0) {
      gc_graph_text(module);
      putc('.', gc_graph.file);
    }
    gc_graph_text(qualname);
    return;
  }
  for (const char *c = type->tp_name; *c != '\0'; c++) {
    gc_graph_character((unsigned char)*c);
  }
}

// Of what has a name of its own: a type, a function, a module.
static void gc_graph_name(PyObject *op) {
  PyObject *name = NULL;
  if (PyType_Check(op)) {
    gc_graph_type_name((PyTypeObject *)op);
  } else if (PyFunction_Check(op)) {
    name = ((PyFunctionObject *)op)->func_qualname;
  } else if (PyModule_Check(op)) {
    name = gc_graph_item(PyModule_GetDict(op), "__name__");
  }
  if (name != NULL && PyUnicode_Check(name)) {
    gc_graph_text(name);
  }
}

static void gc_graph_separator(void) {
  if (!gc_graph_run.first) {
    fputs(",\n", gc_graph.file);
  }
  gc_graph_run.first = false;
}

static void gc_graph_start_list(const char *phase, const char *group, char bracket) {
  fprintf(gc_graph.file, ",\n[\"%s\", \"%s\", %c", phase, group, bracket);
  gc_graph_run.first = true;
}

// Lists keep a flag in the links while objects are unreachable.
static PyGC_Head *gc_graph_next(PyGC_Head *gc) {
  return (PyGC_Head *)(gc->_gc_next & ~(uintptr_t)NEXT_MASK_UNREACHABLE);
}

static void gc_graph_nodes(PyGC_Head *list) {
  gc_graph_start_list("nodes", "young", '{');
  for (PyGC_Head *gc = gc_graph_next(list); gc != list; gc = gc_graph_next(gc)) {
    PyObject *op = FROM_GC(gc);
    gc_graph_separator();
    fprintf(gc_graph.file, "\"%p\": {\"n\": \"", (void *)op);
    gc_graph_name(op);
    fprintf(gc_graph.file, "\", \"gc\": \"%p\", \"t\": \"", (void *)gc);
    gc_graph_type_name(Py_TYPE(op));
    fprintf(gc_graph.file, "\", \"ntv\": true, \"rc\": %zd}", Py_REFCNT(op));
  }
  fputs("}]", gc_graph.file);
}

static int gc_graph_visit(PyObject *target, void *source) {
  if (_PyObject_IS_GC(target) && gc_is_collecting(AS_GC(target))) {
    gc_graph_separator();
    fprintf(gc_graph.file, "[\"%p\", \"%p\"]", source, (void *)target);
  }
  return 0;
}

// What subtract_refs() will subtract: each reference between objects of the list, as often as it is there.
static void gc_graph_edges(PyGC_Head *list) {
  gc_graph_start_list("edges", "young", '[');
  for (PyGC_Head *gc = gc_graph_next(list); gc != list; gc = gc_graph_next(gc)) {
    PyObject *op = FROM_GC(gc);
    (void)Py_TYPE(op)->tp_traverse(op, gc_graph_visit, op);
  }
  fputs("]]", gc_graph.file);
}

typedef void (*gc_graph_state)(PyGC_Head *);

static void gc_graph_updated(PyGC_Head *gc) {
  fprintf(gc_graph.file, "\"gr\": %zd, \"ct\": %s", gc_get_refs(gc), gc_is_collecting(gc) ? "true" : "false");
}

static void gc_graph_subtracted(PyGC_Head *gc) { fprintf(gc_graph.file, "\"gr\": %zd", gc_get_refs(gc)); }

// The list's links have taken the place of the counts.
static void gc_graph_moved(PyGC_Head *gc) {
  fprintf(gc_graph.file, "\"nr\": %s", gc->_gc_next & NEXT_MASK_UNREACHABLE ? "true" : "false");
}

// To be unreachable, an object's count has to be 0.
static void gc_graph_unreachable(PyGC_Head *gc) {
  fputs("\"gr\": 0, ", gc_graph.file);
  gc_graph_moved(gc);
}

static void gc_graph_phase(const char *phase, const char *group, PyGC_Head *list, gc_graph_state state) {
  gc_graph_start_list(phase, group, '{');
  for (PyGC_Head *gc = gc_graph_next(list); gc != list; gc = gc_graph_next(gc)) {
    gc_graph_separator();
    fprintf(gc_graph.file, "\"%p\": {", (void *)FROM_GC(gc));
    state(gc);
    putc('}', gc_graph.file);
  }
  fputs("}]", gc_graph.file);
  gc_graph_flush();
}

// The calls of the collector, in their order.

static void gc_graph_begin(int generation) {
  gc_graph_run.pid = 0;
  if (gc_graph.disabled || atomic_flag_test_and_set(&gc_graph_busy)) {
    return;
  }
  if (!gc_graph_open()) {
    atomic_flag_clear(&gc_graph_busy);
    return;
  }
  gc_graph_run.pid = gc_graph.pid;
  gc_graph_run.nodes_written = false;
  fseeko(gc_graph.file, gc_graph.tail, SEEK_SET);
  fprintf(gc_graph.file, ",\n[\"gc_collect_main\", \"generation %d\"", generation);
  gc_graph_flush();
}

static void gc_graph_after_update_refs(PyGC_Head *base) {
  if (!gc_graph_writes()) {
    return;
  }
  // Only now it can be told which objects are collected: those that have the flag.
  if (!gc_graph_run.nodes_written) {
    gc_graph_nodes(base);
    gc_graph_edges(base);
    gc_graph_run.nodes_written = true;
  }
  gc_graph_phase("update_refs", "base", base, gc_graph_updated);
}

static void gc_graph_after_subtract_refs(PyGC_Head *base) {
  if (gc_graph_writes()) {
    gc_graph_phase("subtract_refs", "base", base, gc_graph_subtracted);
  }
}

static void gc_graph_after_move_unreachable(PyGC_Head *base, PyGC_Head *unreachable) {
  if (gc_graph_writes()) {
    gc_graph_phase("move_unreachable", "base", base, gc_graph_moved);
    gc_graph_phase("move_unreachable", "unreachable", unreachable, gc_graph_unreachable);
  }
}

static void gc_graph_after_legacy_finalizers(PyGC_Head *unreachable, PyGC_Head *finalizers) {
  if (gc_graph_writes()) {
    gc_graph_phase("move_legacy_finalizers", "unreachable", unreachable, gc_graph_moved);
    gc_graph_phase("move_legacy_finalizers", "finalizers", finalizers, gc_graph_moved);
  }
}

static void gc_graph_after_resurrection(PyGC_Head *resurrected, PyGC_Head *still_unreachable) {
  if (gc_graph_writes()) {
    gc_graph_phase("handle_resurrected_objects", "resurrected", resurrected, gc_graph_moved);
    gc_graph_phase("handle_resurrected_objects", "still_unreachable", still_unreachable, gc_graph_moved);
  }
}

static void gc_graph_end(void) {
  if (gc_graph_run.pid == 0) {
    return;
  }
  if (gc_graph_writes()) {
    putc(']', gc_graph.file);
    gc_graph.tail = ftello(gc_graph.file);
    fputs(GC_GRAPH_TAIL, gc_graph.file);
    gc_graph_flush();
  }
  gc_graph_run.pid = 0;
  atomic_flag_clear(&gc_graph_busy);
}

#endif
