#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process/elf.h"
#include "process/maps.h"
#include "process/memory.h"
#include "python/layouts.h"

namespace heapdump {

// The CPython in a process: which one it is, and where.
class Interpreter {
 public:
  // Throws Error(kCannotAttach) if there is none that heapdump knows how to enter, and says what is there.
  static Interpreter find(pid_t pid, const Memory& memory, const std::vector<Mapping>& maps,
                          const std::vector<ElfImage>& images);

  // Such as `3.11.7`.
  const std::string& version() const { return version_; }
  const std::string& library() const { return image_.path(); }
  const CPythonLayout& layout() const { return *layout_; }
  uint64_t runtime() const { return runtime_; }

  // Address of an exported function or variable, as the dynamic linker finds it: in the program first, into
  // which a variable may have been copied (R_X86_64_COPY), then in the library. 0 if it is missing.
  uint64_t find_symbol(const Memory& memory, const std::string& name) const;
  // The same; throws Error(kCannotAttach) if it is missing.
  uint64_t symbol(const Memory& memory, const std::string& name) const;
  // Addresses of the queues of pending calls that the main thread serves: one, or one for each interpreter,
  // of which the main one's comes first.
  std::vector<uint64_t> pending_calls(const Memory& memory) const;
  // Where a version says that it takes no pending calls any more; 0 if it does not.
  uint64_t pending_calls_finishing(const Memory& memory) const;
  // Number of interpreters, the main one included.
  size_t interpreters(const Memory& memory) const;
  uint64_t main_interpreter(const Memory& memory) const;
  // Who runs it does not want code from outside to run in it (PYTHON_DISABLE_REMOTE_DEBUG, 3.14).
  bool disables_remote_debugging(const Memory& memory) const;

 private:
  Interpreter(ElfImage image, std::optional<ElfImage> program)
      : image_(std::move(image)), program_(std::move(program)) {}

  ElfImage image_;
  // Nothing if it is the same, or has a CPython of its own.
  std::optional<ElfImage> program_;
  std::string version_;
  uint64_t runtime_ = 0;
  const CPythonLayout* layout_ = nullptr;
  uint64_t pending_calls_at_ = 0;
};

}  // namespace heapdump
