// How extensions lose references: to each object that they are given, or in an error path alone; and how they
// hold objects properly, in memory of their own.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

// The classic mistake: what is looked up is a new reference, and nobody releases it.
static PyObject* lose(PyObject* module, PyObject* o) {
  (void)module;
  Py_INCREF(o);
  Py_RETURN_NONE;
}

// As it should be.
static PyObject* look(PyObject* module, PyObject* o) {
  (void)module;
  Py_INCREF(o);
  const Py_hash_t hash = PyObject_Hash(o);
  Py_DECREF(o);
  return hash == -1 ? NULL : PyLong_FromSsize_t(hash);
}

// Releases what was lost once: as if a table of C code let go of it.
static PyObject* release(PyObject* module, PyObject* address) {
  (void)module;
  PyObject* const o = PyLong_AsVoidPtr(address);
  if (o == NULL) return NULL;
  Py_DECREF(o);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"lose", lose, METH_O, "Loses a reference to an object."},
    {"look", look, METH_O, "Uses an object, and loses nothing."},
    {"release", release, METH_O, "Releases a reference to the object at an address."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "losing", .m_size = -1,
                                        .m_methods = methods};

PyMODINIT_FUNC PyInit_losing(void) { return PyModule_Create(&definition); }
