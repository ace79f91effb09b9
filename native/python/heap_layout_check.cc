#include "python/heap_layout_check.h"

#include <chrono>
#include <thread>

#include "support/error.h"

namespace heapdump {
namespace {

constexpr int kMaxAttempts = 5;
constexpr std::chrono::milliseconds kPause(3);

}  // namespace

std::string heap_layout_contradiction(const Memory& memory, const Interpreter& interpreter,
                                      const CPythonLayout& row) {
  std::string contradiction = runtime_contradiction(memory, interpreter, row);
  return contradiction.empty() ? object_contradiction(memory, interpreter, row) : contradiction;
}

const CPythonLayout& check_heap_layout(const Memory& memory, const Interpreter& interpreter) {
  std::string contradiction = "it is not known";
  const auto rows = find_layouts(interpreter.version());
  // The process runs while it is looked at: what contradicts may be momentary, what agrees is not.
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kPause);
    for (const CPythonLayout* row : rows) {
      std::string found = heap_layout_contradiction(memory, interpreter, *row);
      if (found.empty()) return *row;
      if (row == rows.front()) contradiction = std::move(found);
    }
  }
  throw unknown_layout(interpreter.version(), contradiction + " (--mode python does without it)");
}

}  // namespace heapdump
