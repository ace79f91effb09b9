// Types of C code, of which the collector knows nothing: Buffer owns bytes, which several may share; Chain
// blocks that are linked; Keeper holds an object of which it does not tell.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
  PyObject_HEAD char* bytes;  // 16
  Py_ssize_t size;            // 24
  int magic;                  // 32
  short count;                // 36
} Buffer;

enum { MAGIC = 0x1234 };

static PyObject* buffer(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  (void)keywords;
  PyObject* other;
  Buffer* const self = (Buffer*)type->tp_alloc(type, 0);
  if (!self || !PyArg_ParseTuple(arguments, "O", &other)) return NULL;
  self->magic = MAGIC;
  self->count = 1;
  if (PyLong_Check(other)) {
    self->size = PyLong_AsSsize_t(other);
    self->bytes = malloc((size_t)self->size);
  } else {
    self->size = ((Buffer*)other)->size;
    self->bytes = ((Buffer*)other)->bytes;
  }
  return (PyObject*)self;
}

static PyObject* scramble(Buffer* self, PyObject* bytes) {
  self->bytes = PyLong_AsVoidPtr(bytes);
  Py_RETURN_NONE;
}

static PyMethodDef buffer_methods[] = {
    {"scramble", (PyCFunction)scramble, METH_O, "Lets it say that its bytes begin at an address."},
    {NULL, NULL, 0, NULL}};

struct block {
  struct block* next;
  char bytes[1000];
};

typedef struct {
  PyObject_HEAD struct block* first;  // 16
} Chain;

static PyObject* chain(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  (void)keywords;
  int length, is_circle;
  Chain* const self = (Chain*)type->tp_alloc(type, 0);
  if (!self || !PyArg_ParseTuple(arguments, "ip", &length, &is_circle)) return NULL;
  struct block* last = NULL;
  for (int i = 0; i < length; i++) {
    struct block* const made = calloc(1, sizeof *made);
    made->next = self->first;
    self->first = made;
    if (!last) last = made;
  }
  if (is_circle) last->next = self->first;
  return (PyObject*)self;
}

typedef struct {
  PyObject_HEAD Py_ssize_t number;  // 16
  PyObject* kept;                   // 24
} Keeper;

static PyObject* keeper(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  (void)keywords;
  Keeper* const self = (Keeper*)type->tp_alloc(type, 0);
  if (!self || !PyArg_ParseTuple(arguments, "O", &self->kept)) return NULL;
  Py_INCREF(self->kept);
  return (PyObject*)self;
}

#define KIND(NAME, STRUCTURE, NEW)                                                            \
  PyVarObject_HEAD_INIT(NULL, 0).tp_name = "owning." NAME, .tp_basicsize = sizeof(STRUCTURE), \
                              .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = NEW

static PyTypeObject Buffers = {KIND("Buffer", Buffer, buffer), .tp_methods = buffer_methods};
static PyTypeObject Chains = {KIND("Chain", Chain, chain)};
static PyTypeObject Keepers = {KIND("Keeper", Keeper, keeper)};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "owning", .m_size = -1};

PyMODINIT_FUNC PyInit_owning(void) {
  PyObject* module = PyModule_Create(&definition);
  if (!module || PyType_Ready(&Buffers) < 0 || PyType_Ready(&Chains) < 0 || PyType_Ready(&Keepers) < 0 ||
      PyModule_AddObject(module, "Buffer", (PyObject*)&Buffers) < 0 ||
      PyModule_AddObject(module, "Chain", (PyObject*)&Chains) < 0 ||
      PyModule_AddObject(module, "Keeper", (PyObject*)&Keepers) < 0)
    return NULL;
  return module;
}
