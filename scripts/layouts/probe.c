// Compiled against one CPython's own headers, with debug information of every structure in them. Run, it
// prints the numbers that are not distances: one `name value` a line.
#define Py_BUILD_CORE 1
#define NDEBUG 1
#ifdef HD_WITHOUT_PERF
#include <pyconfig.h>
#undef PY_HAVE_PERF_TRAMPOLINE
#endif
#include <Python.h>
#include <frameobject.h>
#include <opcode.h>
#include <stddef.h>
#include <stdio.h>
#include <structmember.h>

#if __has_include("internal/pycore_interp.h")
#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"
#endif
#if __has_include("internal/pycore_ceval_state.h")
#include "internal/pycore_ceval_state.h"
#endif
#include "internal/pycore_context.h"
#include "internal/pycore_object.h"
#include "internal/pycore_pystate.h"
#if __has_include("internal/pycore_frame.h")
#include "internal/pycore_dict.h"
#include "internal/pycore_frame.h"
#endif
#if __has_include("internal/pycore_interpframe.h")
#include "internal/pycore_interpframe.h"
#include "internal/pycore_interpframe_structs.h"
#endif
#if __has_include("internal/pycore_moduleobject.h")
#include "internal/pycore_moduleobject.h"
#endif
#if __has_include("internal/pycore_memoryobject.h")
#include "internal/pycore_memoryobject.h"
#endif

#if __has_include("internal/pycore_hashtable.h")
#include "internal/pycore_hashtable.h"
#endif

// What no header has that is installed.
#if PY_VERSION_HEX < 0x03090000
typedef struct {  // Modules/hashtable.h
  size_t nbuckets, nentries;
  void *buckets;
  size_t key_size, data_size;
  void *hash_func, *compare_func, *allocator[2];
} _Py_hashtable_t;
struct tracemalloc_traceback {  // Modules/_tracemalloc.c
  size_t hash;
  int nframe;
};
#elif PY_VERSION_HEX < 0x030c0000
struct tracemalloc_traceback {
  size_t hash;
  uint16_t nframe, total_nframe;
};
#endif
#if PY_VERSION_HEX < 0x030b0000
struct _dictkeysobject {  // Objects/dict-common.h
  Py_ssize_t dk_refcnt, dk_size;
  void *dk_lookup;
  Py_ssize_t dk_usable, dk_nentries;
  char dk_indices[];
};
#endif
#if PY_VERSION_HEX < 0x030a0000
typedef struct {  // Objects/moduleobject.c
  PyObject_HEAD PyObject *md_dict;
  struct PyModuleDef *md_def;
  void *md_state;
  PyObject *md_weaklist, *md_name;
} PyModuleObject;
#endif

#define CONSTANT(name, value) printf("%s %lld\n", name, (long long)(value))
#define DISTANCE(name, pointer) CONSTANT(name, (char *)(pointer) - (char *)object)

int main(void) {
  CONSTANT("minor", PY_MINOR_VERSION);
  CONSTANT("micro", PY_MICRO_VERSION);
#ifdef MAXPENDINGCALLS_MAIN
  CONSTANT("pending_limit", MAXPENDINGCALLS_MAIN);
#endif
#ifdef Py_GIL_DISABLED
  CONSTANT("free_threaded", 1);
#endif
#if PY_VERSION_HEX >= 0x030b0100
  CONSTANT("int_min_digits", 1);
#endif
#if PY_VERSION_HEX >= 0x030c0000  // PEP 683
  CONSTANT("immortal_bit", 31);
  CONSTANT("flag_static_builtin", _Py_TPFLAGS_STATIC_BUILTIN);
  CONSTANT("flag_preheader", Py_TPFLAGS_PREHEADER);
#elif PY_VERSION_HEX >= 0x030b0000
  CONSTANT("flag_preheader", Py_TPFLAGS_MANAGED_DICT);
#endif
#ifdef Py_TPFLAGS_MANAGED_DICT
  CONSTANT("flag_managed_dict", Py_TPFLAGS_MANAGED_DICT);
#endif
#ifdef Py_TPFLAGS_INLINE_VALUES
  CONSTANT("flag_inline_values", Py_TPFLAGS_INLINE_VALUES);
#endif

  static char object[4096] __attribute__((aligned(16)));
#if PY_VERSION_HEX >= 0x030d0000
  DISTANCE("managed_dict", _PyObject_ManagedDictPointer((PyObject *)object));
#elif PY_VERSION_HEX >= 0x030c0000
  DISTANCE("managed_tagged", _PyObject_DictOrValuesPointer((PyObject *)object));
#elif PY_VERSION_HEX >= 0x030b0000
  DISTANCE("managed_values", _PyObject_ValuesPointer((PyObject *)object));
  DISTANCE("managed_dict", _PyObject_ManagedDictPointer((PyObject *)object));
#endif

#if PY_VERSION_HEX >= 0x030b0000
  CONSTANT("iframe_owner_generator", FRAME_OWNED_BY_GENERATOR);
  CONSTANT("gen_state_cleared", FRAME_CLEARED);
  CONSTANT("gen_state_created", FRAME_CREATED);
#endif
#if PY_VERSION_HEX >= 0x030d0000
  CONSTANT("gen_state_yield_from", FRAME_SUSPENDED_YIELD_FROM);
#elif PY_VERSION_HEX < 0x030b0000
  CONSTANT("code_yield_from", YIELD_FROM);
#endif
#if PY_VERSION_HEX >= 0x030e0000
  CONSTANT("iframe_owner_c_stack_min", FRAME_OWNED_BY_INTERPRETER);
#elif PY_VERSION_HEX >= 0x030c0000
  CONSTANT("iframe_owner_c_stack_min", FRAME_OWNED_BY_CSTACK);
#endif
#ifdef Py_TAG_BITS
#ifdef Py_INT_TAG
  CONSTANT("tag_mask", Py_TAG_BITS);
  CONSTANT("tag_int", Py_INT_TAG == Py_TAG_BITS);
#endif
#endif

#if PY_VERSION_HEX >= 0x030b0000
  CONSTANT("code_line_format", 2);
  CONSTANT("frame_instruction_size", 2);
#elif PY_VERSION_HEX >= 0x030a0000
  CONSTANT("code_line_format", 1);
  CONSTANT("frame_instruction_size", 2);
#else
  CONSTANT("code_line_format", 0);
  CONSTANT("frame_instruction_size", 1);
#endif
  CONSTANT("member_object", T_OBJECT);
  CONSTANT("member_object_ex", T_OBJECT_EX);
  return 0;
}
