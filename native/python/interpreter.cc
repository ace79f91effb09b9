#include "python/interpreter.h"

#include <optional>

#include "python/debug_offsets.h"
#include "python/runtime_state.h"
#include "python/version.h"
#include "support/error.h"

namespace heapdump {
namespace {

bool exports_pypy(const Memory& memory, const std::vector<ElfImage>& images) {
  for (const ElfImage& image : images) {
    if (image.symbol(memory, "pypy_execute_source") || image.symbol(memory, "PyPyGILState_Ensure"))
      return true;
  }
  return false;
}

// Whether the queue of pending calls may be there.
bool agrees(const Memory& memory, uint64_t queue, const CPythonLayout::PendingCalls& layout) {
  if (layout.lock_is_semaphore) {
    // Made before the first thread runs, with the value 1.
    uint64_t lock = 0;
    uint32_t value = 0;
    if (!memory.try_get(queue + layout.lock, &lock) || lock == 0 || !memory.try_get(lock, &value) ||
        value > 1)
      return false;
  }
  int32_t limit;
  return layout.limit == 0 || (memory.try_get(queue + layout.limit, &limit) && limit == layout.main_limit);
}

// The distance of that queue in _PyRuntime, or in the state of an interpreter. Nothing if the process
// contradicts the row.
std::optional<uint64_t> find_pending_calls(const Memory& memory, uint64_t runtime,
                                           const std::optional<DebugOffsets>& offsets,
                                           const CPythonLayout& layout) {
  if (offsets && (offsets->runtime_head != layout.heap.runtime_interpreters ||
                  offsets->interpreter_next != layout.heap.interpreter_next))
    return std::nullopt;
  const CPythonLayout::PendingCalls& calls = layout.pending_calls;
  if (calls.in_interpreter) return calls.at[0];
  for (const uint64_t at : calls.at) {
    if (at != 0 && agrees(memory, runtime + at, calls)) return at;
  }
  return std::nullopt;
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Error refusal(const std::string& message) { return Error(ExitCode::kCannotAttach, message); }

}  // namespace

Interpreter Interpreter::find(pid_t pid, const Memory& memory, const std::vector<Mapping>& maps,
                              const std::vector<ElfImage>& images) {
  const std::string process = "process " + std::to_string(pid);
  if (exports_pypy(memory, images))
    throw refusal(process + " runs PyPy; heapdump reads the heap of CPython only");
  std::optional<ElfImage> program;
  if (const ElfImage* const found = find_program(pid, images);
      found != nullptr && !found->symbol(memory, "Py_AddPendingCall"))
    program = *found;
  std::string unknown;
  bool uninitialised = false;
  for (const ElfImage& image : images) {
    if (!image.symbol(memory, "Py_AddPendingCall")) continue;
    const Version version = read_version(memory, maps, image);
    const std::string name = version.major == 0 ? "an unknown CPython (" + base_name(image.path()) + ")"
                                                : "CPython " + version.text;
    const auto layouts = find_layouts(version.text);
    if (layouts.empty()) {
      unknown = process + " runs " + name + "; supported are CPython " + known_versions();
      continue;
    }
    Interpreter interpreter(image, program);
    interpreter.version_ = version.text;
    interpreter.runtime_ = interpreter.find_symbol(memory, "_PyRuntime");
    if (interpreter.runtime_ == 0) {
      unknown = process + " runs " + name + ", which does not export _PyRuntime";
      continue;
    }
    const std::optional<DebugOffsets> offsets = read_debug_offsets(memory, interpreter.runtime_);
    if (offsets && offsets->free_threaded != 0) {
      unknown = process + " runs a free-threaded " + name + "; builds with the GIL are supported";
      continue;
    }
    for (const CPythonLayout* layout : layouts) {
      const auto at = find_pending_calls(memory, interpreter.runtime_, offsets, *layout);
      if (!at) continue;
      interpreter.layout_ = layout;
      interpreter.pending_calls_at_ = *at;
      break;
    }
    if (interpreter.layout_ == nullptr) {
      unknown =
          process + ": " + unknown_layout(version.text, "its queue of pending calls is elsewhere").what();
      continue;
    }
    // A library that is mapped but was never initialised is not the one that runs.
    if (interpreter.main_interpreter(memory) == 0) {
      uninitialised = true;
      continue;
    }
    return interpreter;
  }
  if (!unknown.empty()) throw refusal(unknown);
  if (uninitialised) {
    throw refusal(process + " has CPython loaded, but it is not initialised (starting up, or shutting down)");
  }
  const std::string what_runs = images.empty() ? "" : " (it runs " + base_name(images.front().path()) + ")";
  throw refusal(process + " is not a Python process: nothing in it exports CPython's API" + what_runs);
}

uint64_t Interpreter::find_symbol(const Memory& memory, const std::string& name) const {
  const uint64_t in_program = program_ ? program_->symbol(memory, name) : 0;
  return in_program != 0 ? in_program : image_.symbol(memory, name);
}

uint64_t Interpreter::symbol(const Memory& memory, const std::string& name) const {
  const uint64_t address = find_symbol(memory, name);
  if (address == 0) throw refusal(library() + " does not export " + name + ", which heapdump needs");
  return address;
}

uint64_t Interpreter::main_interpreter(const Memory& memory) const {
  uint64_t interpreter = 0;
  memory.try_get(runtime_ + layout_->runtime_main, &interpreter);
  return interpreter;
}

std::vector<uint64_t> Interpreter::pending_calls(const Memory& memory) const {
  if (!layout_->pending_calls.in_interpreter) return {runtime_ + pending_calls_at_};
  const uint64_t main = main_interpreter(memory);
  std::vector<uint64_t> queues = {main + pending_calls_at_};
  for (const uint64_t interpreter : list_interpreters(memory, runtime_, layout_->heap)) {
    if (interpreter != main) queues.push_back(interpreter + pending_calls_at_);
  }
  return queues;
}

uint64_t Interpreter::pending_calls_finishing(const Memory& memory) const {
  const int32_t at = layout_->pending_calls.finishing;
  return at < 0 ? 0 : pending_calls(memory).front() + at;
}

bool Interpreter::disables_remote_debugging(const Memory& memory) const {
  return heapdump::disables_remote_debugging(memory, runtime_, main_interpreter(memory));
}

size_t Interpreter::interpreters(const Memory& memory) const {
  return list_interpreters(memory, runtime_, layout_->heap).size();
}

}  // namespace heapdump
