// Members of the collector's lists that are hard to come by: Waiting, of which its type says that it is none
// of the collector's for now, as a suspended greenlet does, and Hidden, whose type cannot be read while it is
// hidden. Each instance refers to one object.
#include <sys/mman.h>

#include "holder.h"

enum { PAGE = 4096 };

static int waiting;

static int traverse(Holder* self, visitproc visit, void* arg) {
  Py_VISIT(self->held);
  return 0;
}

static int is_gc(PyObject* self) {
  (void)self;
  return !waiting;
}

#define MEMBER(NAME)                                                                             \
  PyVarObject_HEAD_INIT(NULL, 0).tp_name = "members." NAME, .tp_basicsize = sizeof(Holder),      \
                              .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,               \
                              .tp_traverse = (traverseproc)traverse, .tp_clear = (inquiry)clear, \
                              .tp_dealloc = (destructor)dealloc, .tp_init = (initproc)init,      \
                              .tp_new = PyType_GenericNew

static PyTypeObject Waiting = {MEMBER("Waiting"), .tp_is_gc = (inquiry)is_gc};
static union {
  PyTypeObject type;
  char page[PAGE];
} hidden __attribute__((aligned(PAGE))) = {{MEMBER("Hidden")}};

static PyObject* wait_(PyObject* module, PyObject* on) {
  (void)module;
  waiting = PyObject_IsTrue(on);
  Py_RETURN_NONE;
}

static PyObject* hide(PyObject* module, PyObject* on) {
  (void)module;
  if (mprotect(&hidden, sizeof hidden, PyObject_IsTrue(on) ? PROT_NONE : PROT_READ | PROT_WRITE))
    return PyErr_SetFromErrno(PyExc_OSError);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"wait", wait_, METH_O, "Whether no Waiting is the collector's from now on."},
                                {"hide", hide, METH_O, "Whether the type Hidden cannot be read from now on."},
                                {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "members", .m_size = -1,
                                        .m_methods = methods};

PyMODINIT_FUNC PyInit_members(void) {
  PyObject* module = PyModule_Create(&definition);
  if (!module || PyType_Ready(&Waiting) < 0 || PyType_Ready(&hidden.type) < 0 ||
      PyModule_AddObject(module, "Waiting", (PyObject*)&Waiting) < 0 ||
      PyModule_AddObject(module, "Hidden", (PyObject*)&hidden.type) < 0)
    return NULL;
  return module;
}
