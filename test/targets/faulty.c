// Types whose tp_traverse fails once it is told to: FAULTY_TRAVERSES below. Each instance refers to one
// object, which a traverse tells of before it fails.
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>

#include "holder.h"

static int armed;
static pthread_mutex_t locked = PTHREAD_MUTEX_INITIALIZER;
static char* unmapped;
static uint64_t no_object[8] = {1, 3, 5, 7, 9, 11, 13, 15};

static int fault(visitproc visit, void* arg) {
  (void)visit;
  (void)arg;
  return *(volatile int*)NULL;
}

static int fault_in_freed(visitproc visit, void* arg) {
  (void)visit;
  (void)arg;
  return *(volatile char*)unmapped;
}

static int loop(visitproc visit, void* arg) {
  (void)visit;
  (void)arg;
  volatile int goes_on = 1;
  while (goes_on) continue;
  return 0;
}

static int lock(visitproc visit, void* arg) {
  (void)visit;
  (void)arg;
  return pthread_mutex_lock(&locked);
}

static int visit_garbage(visitproc visit, void* arg) {
  static const uintptr_t garbage[] = {8, 0x1001, 0xdeadbeef000, 0xffff800000000000, UINTPTR_MAX};
  for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
    const int result = visit((PyObject*)garbage[i], arg);
    if (result) return result;
  }
  visit((PyObject*)unmapped, arg);
  visit((PyObject*)no_object, arg);
  return visit((PyObject*)(no_object + 1), arg);
}

static int recurse(visitproc visit, void* arg) {
  volatile char room[4096];
  room[0] = 1;
  if (armed) room[0] = (char)recurse(visit, arg);
  return room[0];
}

#define FAULTY_TRAVERSES(X)      \
  X(Faulting, fault)             \
  X(FreedMemory, fault_in_freed) \
  X(Looping, loop)               \
  X(Locking, lock)               \
  X(Recursing, recurse)          \
  X(Garbage, visit_garbage)

#define DEFINE_TYPE(NAME, FAIL)                                          \
  static int NAME##_traverse(Holder* self, visitproc visit, void* arg) { \
    Py_VISIT(self->held);                                                \
    return armed ? FAIL(visit, arg) : 0;                                 \
  }                                                                      \
  static PyTypeObject NAME = {                                           \
      PyVarObject_HEAD_INIT(NULL, 0).tp_name = "faulty." #NAME,          \
      .tp_basicsize = sizeof(Holder),                                    \
      .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,               \
      .tp_traverse = (traverseproc)NAME##_traverse,                      \
      .tp_clear = (inquiry)clear,                                        \
      .tp_dealloc = (destructor)dealloc,                                 \
      .tp_init = (initproc)init,                                         \
      .tp_new = PyType_GenericNew,                                       \
  };
FAULTY_TRAVERSES(DEFINE_TYPE)

static PyObject* arm(PyObject* module, PyObject* on) {
  (void)module;
  armed = PyObject_IsTrue(on);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"arm", arm, METH_O, "Whether the traverses fail from now on."},
                                {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "faulty", .m_size = -1,
                                        .m_methods = methods};

PyMODINIT_FUNC PyInit_faulty(void) {
  pthread_mutex_lock(&locked);
  unmapped = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(unmapped, 4096);
  PyObject* module = PyModule_Create(&definition);
#define ADD_TYPE(NAME, FAIL)                                                                         \
  if (!module || PyType_Ready(&NAME) < 0 || PyModule_AddObject(module, #NAME, (PyObject*)&NAME) < 0) \
    return NULL;
  FAULTY_TRAVERSES(ADD_TYPE)
  return module;
}
