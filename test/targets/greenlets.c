// A type like that of greenlet 2 and 3, without their switching of stacks: an object that points to its
// state, in which the innermost frame of a suspended greenlet stands between words that are none. The frames
// are those that exceptions have left; each leads to the next outer one as a running frame does.
#define Py_BUILD_CORE
#include <Python.h>
#include <frameobject.h>
#include <stddef.h>
#if PY_VERSION_HEX >= 0x030E0000
#include <internal/pycore_interpframe_structs.h>
#endif
#if PY_VERSION_HEX >= 0x030B0000
#include <internal/pycore_frame.h>
#endif

enum { WORDS = 18, TOP = 13, UNMAPPED = 0x10000000 };

typedef struct {
  PyObject_HEAD PyObject* weakrefs;
  PyObject* dict;
  void** state;
} Greenlet;

static void lead_to(PyFrameObject* frame, PyFrameObject* outer) {
#if PY_VERSION_HEX >= 0x030B0000
  frame->f_frame->previous = outer ? outer->f_frame : NULL;
  frame->f_frame->frame_obj = frame;
#else
  Py_XINCREF(outer);
  Py_XSETREF(frame->f_back, outer);
#endif
}

// greenlet(frames, circle=False): suspended with these frames, the innermost first; the last one leads to the
// first if `circle`.
static int init(Greenlet* self, PyObject* arguments, PyObject* keywords) {
  (void)keywords;
  PyObject* frames;
  int circle = 0;
  if (!PyArg_ParseTuple(arguments, "O!|p", &PyTuple_Type, &frames, &circle)) return -1;
  self->state = calloc(WORDS, sizeof *self->state);
  self->state[0] = (void*)init;
  self->state[5] = (void*)UNMAPPED;
  self->state[6] = Py_None;
  self->state[7] = (void*)(UNMAPPED + 1);
  const Py_ssize_t count = PyTuple_GET_SIZE(frames);
  for (Py_ssize_t i = 0; i < count; i++) {
    PyObject* frame = PyTuple_GET_ITEM(frames, i);
    Py_INCREF(frame);
    const Py_ssize_t next = i + 1 < count ? i + 1 : circle ? 0 : -1;
    lead_to((PyFrameObject*)frame, next < 0 ? NULL : (PyFrameObject*)PyTuple_GET_ITEM(frames, next));
  }
  if (count) self->state[TOP] = PyTuple_GET_ITEM(frames, 0);
  return 0;
}

static int traverse(Greenlet* self, visitproc visit, void* arg) {
  Py_VISIT(self->dict);
  return 0;
}

static int is_gc(Greenlet* self) { return !self->state || !self->state[TOP]; }

static PyObject* frame_of(Greenlet* self, void* unused) {
  (void)unused;
  PyObject* frame = self->state[TOP] ? self->state[TOP] : Py_None;
  Py_INCREF(frame);
  return frame;
}

static PyGetSetDef getters[] = {{"gr_frame", (getter)frame_of, NULL, NULL, NULL}, {0}};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenlet.greenlet",
    .tp_basicsize = sizeof(Greenlet),
    .tp_weaklistoffset = offsetof(Greenlet, weakrefs),
    .tp_dictoffset = offsetof(Greenlet, dict),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = (traverseproc)traverse,
    .tp_is_gc = (inquiry)is_gc,
    .tp_getset = getters,
    .tp_init = (initproc)init,
    .tp_new = PyType_GenericNew,
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "greenlets", .m_size = -1};

PyMODINIT_FUNC PyInit_greenlets(void) {
  PyObject* module = PyModule_Create(&definition);
  if (!module || PyType_Ready(&type) < 0 || PyModule_AddObject(module, "greenlet", (PyObject*)&type) < 0)
    return NULL;
  return module;
}
