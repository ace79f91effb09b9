#include "python/interpreter.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "python/version.h"
#include "support/error.h"

namespace heapdump {
namespace {

constexpr int kMaxInterpreters = 4096;

bool exports_pypy(const Memory& memory, const std::vector<ElfImage>& images) {
  for (const ElfImage& image : images) {
    if (image.symbol(memory, "pypy_execute_source") || image.symbol(memory, "PyPyGILState_Ensure"))
      return true;
  }
  return false;
}

// The start of struct _Py_DebugOffsets, with which _PyRuntime begins in 3.13 and newer: what a CPython says
// of itself.
struct DebugOffsets {
  char cookie[8];
  uint64_t version;
  uint64_t free_threaded;
  uint64_t runtime_size, runtime_finalizing, runtime_head;
  uint64_t interpreter_size, interpreter_id, interpreter_next;
};

std::optional<DebugOffsets> read_debug_offsets(const Memory& memory, uint64_t runtime) {
  DebugOffsets offsets;
  if (!memory.try_get(runtime, &offsets) || memcmp(offsets.cookie, "xdebugpy", sizeof offsets.cookie) != 0)
    return std::nullopt;
  return offsets;
}

bool agrees(const Memory& memory, uint64_t runtime, const std::optional<DebugOffsets>& offsets,
            const Layout& layout) {
  if (offsets &&
      (offsets->runtime_head != layout.runtime_head || offsets->interpreter_next != layout.interpreter_next))
    return false;
  if (layout.lock_is_semaphore && !layout.pending_in_interpreter) {
    // Made before the first thread runs, with the value 1. Builds for other libcs have it elsewhere.
    uint64_t lock = 0;
    uint32_t value = 0;
    if (!memory.try_get(runtime + layout.pending + layout.lock, &lock) || lock == 0 ||
        !memory.try_get(lock, &value) || value > 1)
      return false;
  }
  int32_t limit;
  return layout.limit == 0 ||
         (memory.try_get(runtime + layout.pending + layout.limit, &limit) && limit == layout.main_limit);
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Error refusal(const std::string& message) { return Error(ExitCode::kCannotAttach, message); }

}  // namespace

Interpreter Interpreter::find(pid_t pid, const Memory& memory, const std::vector<Mapping>& maps,
                              const std::vector<ElfImage>& images) {
  const std::string process = "process " + std::to_string(pid);
  if (exports_pypy(memory, images))
    throw refusal(process + " runs PyPy; heapdump reads the heap of CPython only");
  std::string unknown;
  bool uninitialised = false;
  for (const ElfImage& image : images) {
    if (!image.symbol(memory, "Py_AddPendingCall")) continue;
    const Version version = read_version(memory, maps, image);
    const std::string name = version.major == 0 ? "an unknown CPython (" + base_name(image.path()) + ")"
                                                : "CPython " + version.text;
    const auto layouts = find_layouts(version.text);
    if (layouts.empty()) {
      unknown = process + " runs " + name + "; supported are CPython 3.8 to 3.14";
      continue;
    }
    Interpreter interpreter(image);
    interpreter.version_ = version.text;
    interpreter.runtime_ = image.symbol(memory, "_PyRuntime");
    if (interpreter.runtime_ == 0) {
      unknown = process + " runs " + name + ", which does not export _PyRuntime";
      continue;
    }
    const std::optional<DebugOffsets> offsets = read_debug_offsets(memory, interpreter.runtime_);
    if (offsets && offsets->free_threaded != 0) {
      unknown = process + " runs a free-threaded " + name + "; builds with the GIL are supported";
      continue;
    }
    const auto layout = std::find_if(layouts.begin(), layouts.end(), [&](const Layout* row) {
      return agrees(memory, interpreter.runtime_, offsets, *row);
    });
    if (layout == layouts.end()) {
      unknown = process + " runs a " + name + " whose inner layout is not the one known of that version";
      continue;
    }
    interpreter.layout_ = *layout;
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
  const std::string program = images.empty() ? "" : " (it runs " + base_name(images.front().path()) + ")";
  throw refusal(process + " is not a Python process: nothing in it exports CPython's API" + program);
}

uint64_t Interpreter::function(const Memory& memory, const std::string& name) const {
  const uint64_t address = find_function(memory, name);
  if (address == 0) throw refusal(library() + " does not export " + name + ", which heapdump needs");
  return address;
}

uint64_t Interpreter::main_interpreter(const Memory& memory) const {
  uint64_t interpreter = 0;
  memory.try_get(runtime_ + layout_->runtime_main, &interpreter);
  return interpreter;
}

int Interpreter::interpreters(const Memory& memory) const {
  int count = 0;
  uint64_t interpreter = 0;
  memory.try_get(runtime_ + layout_->runtime_head, &interpreter);
  while (interpreter != 0 && count < kMaxInterpreters) {
    ++count;
    if (!memory.try_get(interpreter + layout_->interpreter_next, &interpreter)) break;
  }
  return count;
}

}  // namespace heapdump
