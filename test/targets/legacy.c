// A type with a finalizer of the kind before Python 3.4 (`tp_del`), which only C can have: the collector
// frees no cycle with such an object in it.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
  PyObject_HEAD PyObject *other;
} Legacy;

static int traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(((Legacy *)self)->other);
  return 0;
}

static int clear(PyObject *self) {
  Py_CLEAR(((Legacy *)self)->other);
  return 0;
}

static void dealloc(PyObject *self) {
  PyObject_GC_UnTrack(self);
  clear(self);
  Py_TYPE(self)->tp_free(self);
}

static void finalize(PyObject *self) { (void)self; }

static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  (void)kwargs;
  PyObject *other;
  if (!PyArg_ParseTuple(args, "O", &other)) return NULL;
  PyObject *self = type->tp_alloc(type, 0);
  if (self == NULL) return NULL;
  Py_INCREF(other);
  ((Legacy *)self)->other = other;
  return self;
}

static PyTypeObject LegacyType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "legacy.Legacy",
    .tp_basicsize = sizeof(Legacy),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = make,
    .tp_dealloc = dealloc,
    .tp_traverse = traverse,
    .tp_clear = clear,
    .tp_del = finalize,
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "legacy", .m_size = -1};

PyMODINIT_FUNC PyInit_legacy(void) {
  PyObject *module = PyModule_Create(&definition);
  if (module == NULL || PyType_Ready(&LegacyType) < 0) return NULL;
  Py_INCREF(&LegacyType);
  if (PyModule_AddObject(module, "Legacy", (PyObject *)&LegacyType) < 0) return NULL;
  return module;
}
