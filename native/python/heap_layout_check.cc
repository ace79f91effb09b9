#include "python/heap_layout_check.h"

#include "support/error.h"

namespace heapdump {

std::string heap_layout_contradiction(const Memory& memory, const Interpreter& interpreter,
                                      const CPythonLayout& row) {
  std::string contradiction = runtime_contradiction(memory, interpreter, row);
  return contradiction.empty() ? object_contradiction(memory, interpreter, row) : contradiction;
}

const CPythonLayout& check_heap_layout(const Memory& memory, const Interpreter& interpreter) {
  std::string contradiction = "it is not known";
  const auto rows = find_layouts(interpreter.version());
  for (const CPythonLayout* row : rows) {
    std::string found = heap_layout_contradiction(memory, interpreter, *row);
    if (found.empty()) return *row;
    if (row == rows.front()) contradiction = std::move(found);
  }
  throw unknown_layout(interpreter.version(), contradiction + " (--mode python does without it)");
}

}  // namespace heapdump
