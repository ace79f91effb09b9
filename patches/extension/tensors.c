// An extension whose objects own buffers that Python knows nothing of, as those of PyTorch do: a tensor is a
// small object with a shape, and a storage, which several tensors (views) may share. Each tensor says what
// its storage has.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>

#include "extra_info.h"

typedef struct {
  Py_ssize_t references;  // The tensors that share it.
  size_t bytes;
  float *values;
} Storage;

typedef struct {
  PyObject_HEAD Storage *storage;
  PyObject *shape;
  PyObject *grad;  // Any object; a tensor of the gradient, which may refer back.
} Tensor;

static Storage *new_storage(PyObject *shape) {
  size_t count = 1;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(shape); i++) {
    Py_ssize_t length = PyLong_AsSsize_t(PyTuple_GET_ITEM(shape, i));
    if (length < 0) {
      if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "a length must not be negative");
      }
      return NULL;
    }
    if (length > 0 && count > PY_SSIZE_T_MAX / sizeof(float) / (size_t)length) {
      PyErr_NoMemory();
      return NULL;
    }
    count *= (size_t)length;
  }
  Storage *storage = malloc(sizeof *storage);
  float *values = calloc(count ? count : 1, sizeof(float));
  if (storage == NULL || values == NULL) {
    free(storage);
    free(values);
    PyErr_NoMemory();
    return NULL;
  }
  *storage = (Storage){.references = 0, .bytes = count * sizeof(float), .values = values};
  return storage;
}

// Takes the place of a tensor's storage, for which NULL may stand.
static void set_storage(Tensor *self, Storage *storage) {
  Storage *old = self->storage;
  self->storage = storage;
  if (storage != NULL) {
    storage->references++;
  }
  if (old != NULL && --old->references == 0) {
    free(old->values);
    free(old);
  }
}

static PyObject *tensor_with(PyTypeObject *type, PyObject *shape, Storage *storage) {
  Tensor *self = (Tensor *)type->tp_alloc(type, 0);
  if (self == NULL) {
    return NULL;
  }
  Py_INCREF(shape);
  self->shape = shape;
  set_storage(self, storage);
  extra_info_size(self, storage->bytes);
  return (PyObject *)self;
}

static PyObject *tensor_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  static char *names[] = {"shape", NULL};
  PyObject *shape;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!", names, &PyTuple_Type, &shape)) {
    return NULL;
  }
  Storage *storage = new_storage(shape);
  if (storage == NULL) {
    return NULL;
  }
  PyObject *self = tensor_with(type, shape, storage);
  if (self == NULL) {
    free(storage->values);
    free(storage);
  }
  return self;
}

static PyObject *tensor_view(PyObject *self, PyObject *Py_UNUSED(ignored)) {
  Tensor *tensor = (Tensor *)self;
  return tensor_with(Py_TYPE(self), tensor->shape, tensor->storage);
}

static int tensor_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(((Tensor *)self)->shape);
  Py_VISIT(((Tensor *)self)->grad);
  return 0;
}

static int tensor_clear(PyObject *self) {
  Py_CLEAR(((Tensor *)self)->grad);
  return 0;
}

static void tensor_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  tensor_clear(self);
  Py_CLEAR(((Tensor *)self)->shape);
  set_storage((Tensor *)self, NULL);
  type->tp_free(self);
  Py_DECREF(type);
}

static PyObject *tensor_get(PyObject *self, void *offset) {
  PyObject *value = *(PyObject **)((char *)self + (size_t)offset);
  value = value == NULL ? Py_None : value;
  Py_INCREF(value);
  return value;
}

static int tensor_set_grad(PyObject *self, PyObject *value, void *Py_UNUSED(offset)) {
  PyObject *old = ((Tensor *)self)->grad;
  Py_XINCREF(value);
  ((Tensor *)self)->grad = value;
  Py_XDECREF(old);
  return 0;
}

static PyGetSetDef tensor_attributes[] = {
    {"shape", tensor_get, NULL, NULL, (void *)offsetof(Tensor, shape)},
    {"grad", tensor_get, tensor_set_grad, NULL, (void *)offsetof(Tensor, grad)},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef tensor_methods[] = {
    {"view", tensor_view, METH_NOARGS, "Another tensor of the same storage."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot tensor_slots[] = {
    {Py_tp_new, tensor_new},
    {Py_tp_dealloc, tensor_dealloc},
    {Py_tp_traverse, tensor_traverse},
    {Py_tp_clear, tensor_clear},
    {Py_tp_getset, tensor_attributes},
    {Py_tp_methods, tensor_methods},
    {0, NULL},
};

static PyType_Spec tensor_spec = {
    .name = "tensors.Tensor",
    .basicsize = sizeof(Tensor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = tensor_slots,
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "tensors", .m_size = -1};

PyMODINIT_FUNC PyInit_tensors(void) {
  PyObject *module = PyModule_Create(&definition);
  PyObject *type = module == NULL ? NULL : PyType_FromSpec(&tensor_spec);
  if (type == NULL || PyModule_AddObject(module, "Tensor", type) < 0) {
    Py_XDECREF(type);
    Py_XDECREF(module);
    return NULL;
  }
  return module;
}
