#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/error.h"

namespace heapdump {

// /proc/PID/FILE
std::string proc_path(pid_t pid, const std::string& file);

// What /proc/PID/status says.
struct ProcessStatus {
  // In bytes; 0 of a kernel thread.
  struct Memory {
    uint64_t resident = 0;
    uint64_t anonymous = 0;  // and resident
    uint64_t file = 0;       // resident pages of files that were not written to
    uint64_t shared = 0;     // resident shared memory
    uint64_t swapped = 0;
    uint64_t page_tables = 0;
    uint64_t data = 0;
    uint64_t stack = 0;
  };

  std::string name;
  char state = '?';
  pid_t tgid = 0;
  pid_t tracer = 0;
  // As the process sees itself: in its innermost pid namespace.
  pid_t namespace_pid = 0;
  int threads = 0;
  // 1: strict mode; 2: a filter is installed.
  int seccomp = 0;
  Memory memory;
};

// False if there is no such process or thread.
bool read_status(pid_t pid, ProcessStatus* status);

// Whether there is no such process or thread any more, or only a zombie.
bool has_ended(pid_t pid);

// The system call that the thread is in, in words (`epoll_wait`), or empty if it is in none or that is not
// known.
std::string current_system_call(pid_t pid);
std::string system_call_name(long number);
// Of a thread that is blocked in the kernel; nothing if it is not, or that is not known.
std::optional<uint64_t> blocked_stack_pointer(pid_t pid);

// Why a process cannot be attached, from the errno of an open or of ptrace, with what to do about it.
Error attach_error(pid_t pid, int error);
// The same from a status of it that was read before, which may have changed since.
Error attach_error(pid_t pid, const ProcessStatus& status, int error);

}  // namespace heapdump
