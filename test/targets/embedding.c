// A program with a Python in it: linked with libpython, or opening the one that the environment variable
// LIBPYTHON names, for itself alone.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef LINKED
extern int Py_BytesMain(int argc, char** argv);
// Variables that the linker copies into the program.
extern char PyLong_Type[], PyUnicode_Type[], PyDict_Type[], PyType_Type[], _Py_NoneStruct[];
char* volatile used;
#endif

int main(int argc, char** argv) {
#ifdef LINKED
  used = PyLong_Type, used = PyUnicode_Type, used = PyDict_Type, used = PyType_Type, used = _Py_NoneStruct;
  return Py_BytesMain(argc, argv);
#else
  void* const library = dlopen(getenv("LIBPYTHON"), RTLD_NOW | RTLD_LOCAL);
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
  return ((int (*)(int, char**))dlsym(library, "Py_BytesMain"))(argc, argv);
#endif
}
