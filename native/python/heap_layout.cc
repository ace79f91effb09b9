#include "python/heap_layout.h"

namespace heapdump {

hd_types find_heap_types(const Memory& memory, const Interpreter& interpreter) {
  const auto find = [&](const char* name) { return interpreter.symbol(memory, name); };
  return {
      .object = find("PyBaseObject_Type"),
      .type = find("PyType_Type"),
      .dict = find("PyDict_Type"),
      .ordered_dict = find("PyODict_Type"),
      .list = find("PyList_Type"),
      .tuple = find("PyTuple_Type"),
      .set = find("PySet_Type"),
      .frozenset = find("PyFrozenSet_Type"),
      .str = find("PyUnicode_Type"),
      .integer = find("PyLong_Type"),
      .boolean = find("PyBool_Type"),
      .floating = find("PyFloat_Type"),
      .bytes = find("PyBytes_Type"),
      .bytearray = find("PyByteArray_Type"),
      .module = find("PyModule_Type"),
      .code = find("PyCode_Type"),
      .frame = find("PyFrame_Type"),
      .generator = find("PyGen_Type"),
      .coroutine = find("PyCoro_Type"),
      .async_generator = find("PyAsyncGen_Type"),
      .cell = find("PyCell_Type"),
      .function = find("PyFunction_Type"),
      .method = find("PyMethod_Type"),
      .none = find("_Py_NoneStruct"),
  };
}

}  // namespace heapdump
