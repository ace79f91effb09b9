#pragma once
#include <sys/types.h>

#include <stdexcept>
#include <string>

namespace heapdump {

// The tool's exit codes, as in src/errors.ts.
enum class ExitCode { kUsage = 2, kCannotAttach = 3, kCaptureFailed = 4, kUnreadable = 5, kDefect = 70 };

// A failure, reported to the user in one line.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// Failures that are met in several places, in one wording each.

inline Error target_ended(pid_t pid) {
  return Error(ExitCode::kCaptureFailed, "process " + std::to_string(pid) + " has ended");
}

// A capture that failed without a consequence for the target.
inline Error target_spared(const std::string& what) {
  return Error(ExitCode::kCaptureFailed, what + "; the target keeps running");
}

}  // namespace heapdump
