#include "capture/trampoline_call.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

#include "process/status.h"
#include "support/error.h"
#include "support/fault.h"
#include "tracee/signal_frame.h"

namespace heapdump {
namespace {

// The layout of the data mapping: struct hd_call, the signal frame that the trampoline ends in, a stack for
// the moment of Py_AddPendingCall, and the script's text.
constexpr uint64_t kContextAt = 0x1000;
constexpr uint64_t kExtendedAt = 0x2000;
constexpr uint64_t kStackTop = 0x10000;
constexpr uint64_t kScriptAt = 0x10000;
static_assert(sizeof(hd_call) < kContextAt && kExtendedAt + kExtendedStateRoom < kStackTop);
constexpr uint64_t kPage = 4096;
constexpr uint64_t kCodeSize = kPage;
// A script that is taken over runs on the thread's own stack, below its red zone.
constexpr uint64_t kStackGap = 128 + 4096;
constexpr uint64_t kTrapAndDirectionFlags = 0x500;

uint64_t pages(uint64_t size) { return (size + kPage - 1) & ~(kPage - 1); }

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

TrampolineCall::TrampolineCall(const Inspection& target, const Gadgets& gadgets)
    : target_(target), gadgets_(gadgets), pipe_(target.pid) {
  auto function = [&](const char* name) { return target.interpreter.symbol(target.memory, name); };
  strcpy(template_.builtins_name, "__builtins__");
  strcpy(template_.space_name, "space");
  strcpy(template_.exception_name, "__heapdump_exception__");
  template_.pid = target.status.namespace_pid;
  template_.system_call_return = gadgets.system_call_return;
  template_.tracing_offset = target.interpreter.layout().thread_tracing;
  template_.add_pending_call = function("Py_AddPendingCall");
  template_.gil_check = function("PyGILState_Check");
  template_.main_interpreter = target.interpreter.main_interpreter(target.memory);
  if (target.interpreter.layout().thread_state_is_thread_local) {
    template_.current_thread_state =
        target.interpreter.find_symbol(target.memory, "PyThreadState_GetUnchecked");
    if (template_.current_thread_state == 0)
      template_.current_thread_state = function("_PyThreadState_UncheckedGet");
    template_.own_thread_state = function("PyGILState_GetThisThreadState");
    template_.thread_interpreter = function("PyThreadState_GetInterpreter");
  }
  template_.gil_ensure = function("PyGILState_Ensure");
  template_.gil_release = function("PyGILState_Release");
  template_.run_string = function("PyRun_StringFlags");
  template_.dict_new = function("PyDict_New");
  template_.dict_set_item = function("PyDict_SetItemString");
  template_.dict_clear = function("PyDict_Clear");
  template_.dec_ref = function("Py_DecRef");
  template_.inc_ref = function("Py_IncRef");
  template_.sys_get_object = function("PySys_GetObject");
  template_.sys_set_object = function("PySys_SetObject");
  template_.error_clear = function("PyErr_Clear");
  template_.error_set_object = function("PyErr_SetObject");
  template_.thread_state_get = function("PyThreadState_Get");
  if (template_.tracing_offset == 0) {
    template_.enter_tracing = function("PyThreadState_EnterTracing");
    template_.leave_tracing = function("PyThreadState_LeaveTracing");
  }
  harmless_ = function("PyErr_CheckSignals");
  for (const ElfImage& image : target.images) {
    if (template_.errno_location == 0)
      template_.errno_location = image.symbol(target.memory, "__errno_location");
  }
  if (template_.errno_location == 0)
    throw Error(ExitCode::kCannotAttach, "the target's libc has no __errno_location");
}

hd_call TrampolineCall::state() const {
  hd_call call;
  if (!target_.memory.try_get(data_, &call)) throw target_ended(target_.pid);
  return call;
}

uint64_t TrampolineCall::callback() const {
  return code_ + (reinterpret_cast<const unsigned char*>(&hd_trampoline_callback) - hd_trampoline_start);
}

void TrampolineCall::write_call(const std::string& script, bool may_run_in_syscall,
                                std::chrono::nanoseconds hold, std::chrono::nanoseconds time_to_start) {
  hd_call call = template_;
  call.armed = 1;
  // steady_clock is CLOCK_MONOTONIC, which is one for all processes of a machine.
  call.deadline = (std::chrono::steady_clock::now().time_since_epoch() + time_to_start).count();
  call.may_run_in_syscall = may_run_in_syscall;
  call.park = hold.count();
  call.fd = pipe_.write_end();
  call.fd_device = pipe_.device();
  call.fd_inode = pipe_.inode();
  call.script = data_ + kScriptAt;
  call.pending_callback = callback();
  target_.memory.write(data_, &call, sizeof call);
  target_.memory.write(data_ + kScriptAt, script.c_str(), script.size() + 1);
}

void TrampolineCall::run_script(StoppedThread& thread, const std::string& script,
                                std::chrono::nanoseconds time_to_start) {
  enter(thread, script, std::chrono::nanoseconds::zero(), time_to_start);
}

void TrampolineCall::park(StoppedThread& thread, std::chrono::nanoseconds hold,
                          std::chrono::nanoseconds time_to_start) {
  enter(thread, "", hold, time_to_start);
}

void TrampolineCall::map(RemoteCalls& calls, uint64_t data_size) {
  constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;
  data_size_ = data_size;
  data_ = calls.must("map memory", SYS_mmap, 0, data_size_, PROT_READ | PROT_WRITE, kPrivate, -1, 0);
  code_ = calls.must("map memory", SYS_mmap, 0, kCodeSize, PROT_READ | PROT_EXEC, kPrivate, -1, 0);
  fault_point("mapped");
  const size_t code_size = hd_trampoline_end - hd_trampoline_start;
  if (code_size > kCodeSize) throw Error(ExitCode::kDefect, "the trampoline does not fit its page");
  target_.memory.write(code_, hd_trampoline_start, code_size);
}

void TrampolineCall::enter(StoppedThread& thread, const std::string& script, std::chrono::nanoseconds hold,
                           std::chrono::nanoseconds time_to_start) {
  const Registers& found = thread.registers();
  const bool on_futex = may_wait_on_futex(found);
  const bool may_run_in_syscall = is_blocked(found) && !on_futex;
  RemoteCalls calls(thread, target_.memory, gadgets_);
  try {
    const uint64_t longest_number = 16;
    fault_point("stopped");
    map(calls, pages(kScriptAt + script.size() + longest_number));
    if (hold == hold.zero()) pipe_.open(calls, target_.memory, data_ + kScriptAt, O_CLOEXEC | O_NONBLOCK);
    fault_point("piped");
    write_call(replace_all(script, "@FD@", std::to_string(pipe_.write_end())), may_run_in_syscall, hold,
               time_to_start);
    // A lock's wait ends with EINTR, and CPython then makes pending calls. Other waits do not, so that nobody
    // sees an EINTR that no signal brought.
    write_signal_frame(target_.memory, thread.tid(), data_ + kContextAt, data_ + kExtendedAt,
                       resume_registers(found, on_futex ? Resume::kInterrupt : Resume::kRestart),
                       thread.signal_mask());
  } catch (const Error&) {
    unmap(calls);
    throw;
  }
  fault_point("infected");
  Registers start = found;
  start.orig_rax = static_cast<uint64_t>(-1);
  start.rip = code_ + (reinterpret_cast<const unsigned char*>(&hd_trampoline_entry) - hd_trampoline_start);
  start.r12 = data_;
  start.r13 = data_ + kContextAt;
  start.rsp = may_run_in_syscall ? (found.rsp - kStackGap) & ~uint64_t{63} : data_ + kStackTop - 64;
  start.rbp = 0;
  start.eflags &= ~kTrapAndDirectionFlags;
  thread.detach(start);
  fault_point("let-go");
}

void TrampolineCall::release() { target_.memory.put<int32_t>(data_ + offsetof(hd_call, released), 1); }

bool TrampolineCall::retract(PendingCalls& pending) {
  const hd_call now = state();
  if (now.armed == 2) return false;
  // Stopped as the main thread is, nobody else takes it.
  target_.memory.put<int32_t>(data_ + offsetof(hd_call, armed), 0);
  // The queue keeps its entry, as a call of PyErr_CheckSignals: what the main thread does there anyway.
  retracted_ = retracted_ ||
               (now.state == HD_CALL_QUEUED && !pending.locked() && pending.replace(callback(), harmless_));
  return retracted_;
}

bool TrampolineCall::cure(StoppedThread& thread) {
  const uint64_t at = thread.registers().rip;
  if (at - code_ < kCodeSize) return false;
  RemoteCalls calls(thread, target_.memory, gadgets_);
  unmap(calls);
  return true;
}

void TrampolineCall::unmap(RemoteCalls& calls) {
  pipe_.close_in_process(calls);
  fault_point("curing");
  if (code_ != 0) calls.may_fail(SYS_munmap, code_, kCodeSize);
  if (data_ != 0) calls.may_fail(SYS_munmap, data_, data_size_);
  code_ = data_ = 0;
  retracted_ = false;
}

}  // namespace heapdump
