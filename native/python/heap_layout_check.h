#pragma once
#include <chrono>
#include <initializer_list>
#include <string>
#include <thread>

#include "python/debug_offsets.h"
#include "python/heap_layout.h"
#include "python/heap_view.h"

namespace heapdump {

// A CPython that is looked at through a row.
class LayoutCheck {
 public:
  LayoutCheck(const Memory& memory, const Interpreter& interpreter, const CPythonLayout& row)
      : interpreter_(interpreter),
        row_(row),
        l_(row.heap),
        types_(find_heap_types(memory, interpreter)),
        view_(memory, row.heap, types_),
        has_debug_offsets_(read_debug_offsets(memory, interpreter.runtime()).has_value()),
        state_(interpreter.main_interpreter(memory)) {}

 protected:
  // The first contradiction of parts, each of which says one or nothing. A running target may be changing
  // whatever is looked at, so each gets several attempts.
  template <typename Check>
  static std::string first_contradiction(const Check& check,
                                         std::initializer_list<std::string (Check::*)() const> parts) {
    constexpr int kAttempts = 60;
    constexpr auto kPause = std::chrono::milliseconds(1);
    for (const auto part : parts) {
      std::string contradiction;
      for (int attempt = 0; attempt < kAttempts; ++attempt) {
        contradiction = (check.*part)();
        if (contradiction.empty()) break;
        std::this_thread::sleep_for(kPause);
      }
      if (!contradiction.empty()) return contradiction;
    }
    return "";
  }

  uint64_t count(uint64_t sequence) const { return view_.word(sequence + 16); }
  uint64_t tuple_item(uint64_t tuple, uint64_t index) const {
    return view_.word(tuple + l_.tuple_items + index * 8);
  }
  uint64_t sys(const char* name) const {
    return view_.lookup(view_.word(state_ + l_.interpreter_sysdict), name);
  }
  uint64_t importlib(const char* name) const {
    return view_.lookup(view_.word(view_.word(state_ + l_.interpreter_importlib) + l_.module_dict), name);
  }
  uint64_t flags(uint64_t type) const { return view_.word(type + l_.type_flags); }

  const Interpreter& interpreter_;
  const CPythonLayout& row_;
  const hd_layout& l_;
  const hd_types types_;
  const HeapView view_;
  const bool has_debug_offsets_;
  const uint64_t state_;  // of the main interpreter
};

// The parts, each of which says what contradicts the row, or nothing.
std::string runtime_contradiction(const Memory& memory, const Interpreter& interpreter,
                                  const CPythonLayout& row);
std::string object_contradiction(const Memory& memory, const Interpreter& interpreter,
                                 const CPythonLayout& row);

}  // namespace heapdump
