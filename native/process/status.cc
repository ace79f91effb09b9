#include "process/status.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unordered_map>
#include <vector>

namespace heapdump {

std::string proc_path(pid_t pid, const std::string& file) {
  return "/proc/" + std::to_string(pid) + "/" + file;
}

namespace {

// What a line of so many kB is about; null if it is about none of these.
uint64_t* memory_field(ProcessStatus::Memory& memory, const std::string& key) {
  if (key == "VmRSS:") return &memory.resident;
  if (key == "RssAnon:") return &memory.anonymous;
  if (key == "RssFile:") return &memory.file;
  if (key == "RssShmem:") return &memory.shared;
  if (key == "VmSwap:") return &memory.swapped;
  if (key == "VmPTE:") return &memory.page_tables;
  if (key == "VmData:") return &memory.data;
  if (key == "VmStk:") return &memory.stack;
  return nullptr;
}

}  // namespace

bool read_status(pid_t pid, ProcessStatus* status) {
  std::ifstream file(proc_path(pid, "status"));
  if (!file) return false;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string key;
    fields >> key;
    if (key == "Name:") std::getline(fields >> std::ws, status->name);
    if (key == "State:") fields >> status->state;
    if (key == "Tgid:") fields >> status->tgid;
    if (key == "TracerPid:") fields >> status->tracer;
    if (key == "Threads:") fields >> status->threads;
    if (key == "Seccomp:") fields >> status->seccomp;
    if (uint64_t* const size = memory_field(status->memory, key); size != nullptr && fields >> *size)
      *size *= 1024;
    if (key == "NSpid:") {
      while (fields >> status->namespace_pid) {
      }
    }
  }
  if (status->namespace_pid == 0) status->namespace_pid = pid;
  return status->tgid != 0;
}

bool has_ended(pid_t pid) {
  ProcessStatus status;
  return !read_status(pid, &status) || status.state == 'Z' || status.state == 'X';
}

std::string system_call_name(long number) {
  static const std::unordered_map<long, const char*> names = {
      {SYS_read, "read"},
      {SYS_write, "write"},
      {SYS_poll, "poll"},
      {SYS_ppoll, "ppoll"},
      {SYS_select, "select"},
      {SYS_pselect6, "pselect6"},
      {SYS_epoll_wait, "epoll_wait"},
      {SYS_epoll_pwait, "epoll_pwait"},
      {SYS_nanosleep, "nanosleep"},
      {SYS_clock_nanosleep, "clock_nanosleep"},
      {SYS_pause, "pause"},
      {SYS_futex, "futex"},
      {SYS_wait4, "wait4"},
      {SYS_waitid, "waitid"},
      {SYS_accept, "accept"},
      {SYS_accept4, "accept4"},
      {SYS_connect, "connect"},
      {SYS_recvfrom, "recvfrom"},
      {SYS_recvmsg, "recvmsg"},
      {SYS_sendto, "sendto"},
      {SYS_sendmsg, "sendmsg"},
      {SYS_readv, "readv"},
      {SYS_writev, "writev"},
      {SYS_pread64, "pread64"},
      {SYS_pwrite64, "pwrite64"},
      {SYS_fsync, "fsync"},
      {SYS_flock, "flock"},
      {SYS_fcntl, "fcntl"},
      {SYS_open, "open"},
      {SYS_openat, "openat"},
      {SYS_rt_sigtimedwait, "rt_sigtimedwait"},
      {SYS_rt_sigsuspend, "rt_sigsuspend"},
      {SYS_semop, "semop"},
      {SYS_semtimedop, "semtimedop"},
      {SYS_msgrcv, "msgrcv"},
      {SYS_io_getevents, "io_getevents"},
      {SYS_vfork, "vfork"},
      {SYS_getpid, "getpid"},
      {SYS_rt_sigprocmask, "rt_sigprocmask"},
      {SYS_rt_sigreturn, "rt_sigreturn"},
      {SYS_rt_sigpending, "rt_sigpending"},
      {SYS_mmap, "mmap"},
      {SYS_munmap, "munmap"},
      {SYS_mremap, "mremap"},
      {SYS_madvise, "madvise"},
      {SYS_brk, "brk"},
      {SYS_fstat, "fstat"},
      {SYS_close, "close"},
      {SYS_clone, "clone"},
      {SYS_restart_syscall, "restart_syscall"},
  };
  auto found = names.find(number);
  return found == names.end() ? "system call " + std::to_string(number) : found->second;
}

std::string current_system_call(pid_t pid) {
  std::ifstream file(proc_path(pid, "syscall"));
  long number;
  return file >> number && number >= 0 ? system_call_name(number) : "";
}

std::optional<uint64_t> blocked_stack_pointer(pid_t pid) {
  // The call's number, its six arguments if it is one, the stack pointer and the instruction pointer.
  std::ifstream file(proc_path(pid, "syscall"));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(file), {}};
  if (fields.size() < 3) return std::nullopt;
  return strtoull(fields[fields.size() - 2].c_str(), nullptr, 16);
}

namespace {

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

Error attach_error(pid_t pid, int error) {
  ProcessStatus status;
  if (error == ESRCH || error == ENOENT || !read_status(pid, &status))
    return Error(ExitCode::kCannotAttach, "there is no process " + std::to_string(pid));
  return attach_error(pid, status, error);
}

Error attach_error(pid_t pid, const ProcessStatus& status, int error) {
  const std::string process = "process " + std::to_string(pid);
  if (status.state == 'Z') {
    return Error(ExitCode::kCannotAttach,
                 process + " is a zombie: its main thread has ended, so there is nothing left to look at");
  }
  if (status.tracer != 0) {
    // It is the thread that traces.
    ProcessStatus tracer;
    read_status(status.tracer, &tracer);
    if (tracer.tgid == getpid())
      return Error(ExitCode::kCannotAttach, process + " is held by this heapdump already");
    const pid_t by = tracer.tgid != 0 ? tracer.tgid : status.tracer;
    return Error(ExitCode::kCannotAttach, process + " is traced already, by process " + std::to_string(by) +
                                              (tracer.name.empty() ? "" : " (" + tracer.name + ")") +
                                              "; only one tracer can attach at a time");
  }
  if (error == EPERM || error == EACCES) {
    std::string message = process + " may not be attached: that takes ";
    const std::string yama = first_line("/proc/sys/kernel/yama/ptrace_scope");
    if (geteuid() == 0) {
      message += "CAP_SYS_PTRACE, which this user has not here (in a container: --cap-add=SYS_PTRACE)";
    } else {
      message += "root or CAP_SYS_PTRACE; try `sudo heapdump attach " + std::to_string(pid) + "`";
    }
    if (yama == "1") message += " (kernel.yama.ptrace_scope is 1: only a parent may trace its child)";
    if (yama == "2") message += " (kernel.yama.ptrace_scope is 2: only an administrator may trace)";
    if (yama == "3") message += " (kernel.yama.ptrace_scope is 3: nobody may trace until the next boot)";
    return Error(ExitCode::kCannotAttach, message);
  }
  return Error(ExitCode::kCannotAttach, process + " cannot be attached: " + strerror(error));
}

}  // namespace heapdump
