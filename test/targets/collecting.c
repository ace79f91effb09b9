// Types of C code as the collector meets them: Legacy has a tp_del; Final a tp_finalize; Silent, which lives
// on the heap, tells the collector neither of its type nor of `hidden`.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

typedef struct {
  PyObject_HEAD PyObject* held;
  PyObject* hidden;
} Holder;

static PyObject* finalized;  // a list

static PyObject* holder(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  (void)keywords;
  PyObject *held = Py_None, *hidden = Py_None;
  if (!PyArg_ParseTuple(arguments, "|OO", &held, &hidden)) return NULL;
  Holder* const self = (Holder*)type->tp_alloc(type, 0);
  if (!self) return NULL;
  Py_INCREF(held);
  self->held = held;
  Py_INCREF(hidden);
  self->hidden = hidden;
  return (PyObject*)self;
}

static int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(((Holder*)self)->held);
  return 0;
}

static int clear(PyObject* self) {
  Py_CLEAR(((Holder*)self)->held);
  Py_CLEAR(((Holder*)self)->hidden);
  return 0;
}

static void dealloc(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  clear(self);
  type->tp_free(self);
  if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) Py_DECREF(type);
}

static void delete(PyObject* self) { (void)self; }

static void finalize(PyObject* self) {
  PyObject* const address = PyLong_FromVoidPtr(self);
  PyList_Append(finalized, address);
  Py_DECREF(address);
}

static PyMemberDef members[] = {{"held", T_OBJECT, offsetof(Holder, held), 0, NULL},
                                {"hidden", T_OBJECT, offsetof(Holder, hidden), 0, NULL},
                                {NULL, 0, 0, 0, NULL}};

#define KIND(NAME)                                                                                       \
  PyVarObject_HEAD_INIT(NULL, 0).tp_name = "collecting." NAME, .tp_basicsize = sizeof(Holder),           \
                              .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, \
                              .tp_new = holder, .tp_traverse = traverse, .tp_clear = clear,              \
                              .tp_dealloc = dealloc, .tp_members = members

static PyTypeObject Legacy = {KIND("Legacy"), .tp_del = delete};
static PyTypeObject Final = {KIND("Final"), .tp_finalize = finalize};

static PyType_Slot silent_slots[] = {{Py_tp_new, holder},      {Py_tp_traverse, traverse},
                                     {Py_tp_clear, clear},     {Py_tp_dealloc, dealloc},
                                     {Py_tp_members, members}, {0, NULL}};
static PyType_Spec silent = {.name = "collecting.Silent",
                             .basicsize = sizeof(Holder),
                             .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
                             .slots = silent_slots};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "collecting", .m_size = -1};

PyMODINIT_FUNC PyInit_collecting(void) {
  PyObject* module = PyModule_Create(&definition);
  if (!module || PyType_Ready(&Legacy) < 0 || PyType_Ready(&Final) < 0 ||
      PyModule_AddObject(module, "Legacy", (PyObject*)&Legacy) < 0 ||
      PyModule_AddObject(module, "Final", (PyObject*)&Final) < 0 ||
      PyModule_AddObject(module, "Silent", PyType_FromSpec(&silent)) < 0)
    return NULL;
  finalized = PyList_New(0);
  Py_INCREF(finalized);
  PyModule_AddObject(module, "finalized", finalized);
  return module;
}
