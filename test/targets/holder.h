// Instances of the extensions' types: each holds one object, which it is made with.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
  PyObject_HEAD PyObject* held;
} Holder;

static int clear(Holder* self) {
  Py_CLEAR(self->held);
  return 0;
}

static void dealloc(Holder* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  clear(self);
  type->tp_free(self);
}

static int init(Holder* self, PyObject* arguments, PyObject* keywords) {
  (void)keywords;
  PyObject* held;
  if (!PyArg_ParseTuple(arguments, "O", &held)) return -1;
  Py_INCREF(held);
  Py_XSETREF(self->held, held);
  return 0;
}
