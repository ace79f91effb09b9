#include "capture/trampoline_call.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

#include "capture/carrier.h"
#include "process/clock.h"
#include "process/gap.h"
#include "process/page.h"
#include "process/status.h"
#include "support/error.h"
#include "support/fault.h"
#include "tracee/way_back.h"

namespace heapdump {
namespace {

using Parts = TrampolineParts;

constexpr uint64_t kTrapAndDirectionFlags = 0x500;
// Include/cpython/pystate.h, 3.8 to 3.10: recursion_depth, what says that it is too high, stackcheck_counter,
// tracing.
constexpr uint64_t kFromRecursionToTracing = 12;
// The frames of CPython's compiler and of a script that is walked by it.
constexpr uint64_t kStackOfScript = 512 << 10;

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// False if there is something already: older kernels take the address for a hint.
bool map_here(RemoteCalls& calls, uint64_t address, uint64_t size, int protection) {
  constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  const int64_t mapped = calls.may_fail(SYS_mmap, address, size, protection, kAnonymous, -1, 0);
  if (mapped == -EEXIST) return false;
  if (calls.succeeded("map memory", mapped) == address) return true;
  calls.may_fail(SYS_munmap, mapped, size);
  return false;
}

}  // namespace

TrampolineCall::TrampolineCall(const Inspection& target, const Gadgets& gadgets)
    : target_(target), gadgets_(gadgets), tails_(tails_that_stay(target)), pipe_(target.pid) {
  auto function = [&](const char* name) { return target.interpreter.symbol(target.memory, name); };
  template_.magic = HD_CALL_MAGIC;
  const ToolIdentity tool = ToolIdentity::self();
  template_.tool_namespace = tool.pid_namespace;
  template_.tool_pid = tool.pid;
  template_.tool_start = tool.start_ticks;
  template_.pid = target.status.namespace_pid;
  template_.system_call_return = gadgets.system_call_return;
  template_.add_pending_call = function("Py_AddPendingCall");
  template_.is_finalizing = target.interpreter.find_symbol(target.memory, "Py_IsFinalizing");
  if (template_.is_finalizing == 0)
    template_.is_finalizing = target.interpreter.find_symbol(target.memory, "_Py_IsFinalizing");
  template_.queue_is_finishing = target.interpreter.pending_calls_finishing(target.memory);
  template_.own_thread_state = function("PyGILState_GetThisThreadState");
  template_.gil_check = function("PyGILState_Check");
  template_.main_interpreter = target.interpreter.main_interpreter(target.memory);
  if (target.interpreter.layout().thread_state_is_thread_local) {
    template_.current_thread_state =
        target.interpreter.find_symbol(target.memory, "PyThreadState_GetUnchecked");
    if (template_.current_thread_state == 0)
      template_.current_thread_state = function("_PyThreadState_UncheckedGet");
    template_.thread_interpreter = function("PyThreadState_GetInterpreter");
  }
  template_.gil_ensure = function("PyGILState_Ensure");
  template_.gil_release = function("PyGILState_Release");
  hd_script& script = template_.script;
  strcpy(script.builtins_name, "__builtins__");
  strcpy(script.space_name, "space");
  strcpy(script.exception_name, "__heapdump_exception__");
  script.tracing_offset = target.interpreter.layout().thread_tracing;
  if (script.tracing_offset != 0) script.recursion_offset = script.tracing_offset - kFromRecursionToTracing;
  script.run_string = function("PyRun_StringFlags");
  script.dict_new = function("PyDict_New");
  script.dict_set_item = function("PyDict_SetItemString");
  script.dict_clear = function("PyDict_Clear");
  script.dec_ref = function("Py_DecRef");
  script.inc_ref = function("Py_IncRef");
  script.sys_get_object = function("PySys_GetObject");
  script.sys_set_object = function("PySys_SetObject");
  script.error_clear = function("PyErr_Clear");
  script.error_set_object = function("PyErr_SetObject");
  script.thread_state_get = function("PyThreadState_Get");
  if (script.tracing_offset == 0) {
    script.enter_tracing = function("PyThreadState_EnterTracing");
    script.leave_tracing = function("PyThreadState_LeaveTracing");
  }
  harmless_ = function("PyErr_CheckSignals");
  template_.errno_location = function_of_libc("__errno_location");
  template_.clock_gettime = function_of_libc("clock_gettime");
}

uint64_t TrampolineCall::function_of_libc(const char* name) const {
  for (const bool is_libc : {true, false}) {
    for (const ElfImage& image : target_.images) {
      // What a program is preloaded with may have its own idea of the time.
      if (is_libc && image.symbol(target_.memory, "__libc_start_main") == 0) continue;
      if (const uint64_t found = image.symbol(target_.memory, name)) return found;
    }
  }
  throw Error(ExitCode::kCannotAttach, std::string("the target's libc has no ") + name);
}

hd_progress TrampolineCall::progress() const {
  hd_progress progress;
  if (!target_.memory.try_get(progress_, &progress)) throw target_ended(target_.pid);
  return progress;
}

// Where nothing has to be mapped for the trampoline. False if there is no such place, or another heapdump is
// at it.
bool TrampolineCall::find_place(size_t size) {
  const uint64_t word = stack_end_word(target_);
  uint64_t used;
  if (word == 0 || !target_.memory.try_get(word, &used) || used != 0) return false;
  const uint64_t block = find_unused(target_.memory, tails_, size);
  if (block == 0) return false;
  progress_ = word;
  block_ = block;
  return true;
}

bool TrampolineCall::park(StoppedThread& thread, std::chrono::nanoseconds hold,
                          std::chrono::nanoseconds time_to_start) {
  if (!find_place(Parts(false).size())) return false;
  fault_point("stopped");
  hd_call call = template_;
  call.park = hold.count();
  enter(thread, call, time_to_start);
  return true;
}

void TrampolineCall::run_script(StoppedThread& thread, const std::string& script,
                                std::chrono::nanoseconds time_to_start) {
  RemoteCalls calls(thread, target_.memory, gadgets_);
  hd_call call = template_;
  try {
    const uint64_t longest_number = 16;
    fault_point("stopped");
    map(calls, call, pages(kTextAt + script.size() + longest_number), time_to_start);
    pipe_.open(calls, target_.memory, data_ + kPipeAt, O_CLOEXEC | O_NONBLOCK);
    fault_point("piped");
    call.script.fd = pipe_.write_end();
    call.script.fd_device = pipe_.device();
    call.script.fd_inode = pipe_.inode();
    call.script.text = data_ + kTextAt;
    call.script.exception = data_ + kExceptionAt;
    if (const auto lowest = lowest_of_stack(target_, thread))
      call.script.lowest_stack = *lowest + kStackOfScript;
    const std::string text = replace_all(script, "@FD@", std::to_string(pipe_.write_end()));
    target_.memory.write(call.script.text, text.c_str(), text.size() + 1);
  } catch (const Error&) {
    undo(calls);
    throw;
  }
  enter(thread, call, time_to_start);
}

// In the midst of the largest gap, where the kernel maps nothing by itself: so that it can be announced in
// the block before it is mapped, and be found there if the tool dies meanwhile.
void TrampolineCall::map(RemoteCalls& calls, hd_call& call, uint64_t data_size,
                         std::chrono::nanoseconds time_to_start) {
  static_assert(sizeof(hd_progress) <= kExceptionAt && kPipeAt + sizeof(RemotePipe::Record) <= kTextAt);
  if (Parts(true).size() > kPage) throw Error(ExitCode::kDefect, "the trampoline does not fit its page");
  const uint64_t size = data_size + kPage;
  // To read the mappings again takes long where there are many, and the thread is stopped.
  if (map_at(calls, call, find_gap(target_.maps, size), data_size, time_to_start) ||
      map_at(calls, call, find_gap(read_maps(target_.pid), size), data_size, time_to_start)) {
    fault_point("mapped");
    return;
  }
  throw Error(ExitCode::kCaptureFailed, "the kernel has no room at a free address");
}

bool TrampolineCall::map_at(RemoteCalls& calls, hd_call& call, uint64_t gap, uint64_t data_size,
                            std::chrono::nanoseconds time_to_start) {
  call.data = gap + kPage;
  call.data_size = data_size;
  call.script.fd = -1;
  data_size_ = data_size;
  const bool in_place = find_place(Parts(true).size());
  if (in_place) {
    write(call, time_to_start);
  } else {
    if (!map_here(calls, gap, kPage, PROT_READ | PROT_EXEC)) return false;
    block_ = gap;
    progress_ = call.data;
  }
  if (!map_here(calls, call.data, data_size, PROT_READ | PROT_WRITE)) {
    undo(calls);
    return false;
  }
  data_ = call.data;
  if (!in_place) write(call, time_to_start);
  return true;
}

void TrampolineCall::write(hd_call& call, std::chrono::nanoseconds time_to_start) {
  parts_ = Parts(call.park == 0);
  callback_ = block_ + parts_.offset_of(&hd_trampoline_callback);
  call.progress = progress_;
  call.pending_callback = callback_;
  // steady_clock is CLOCK_MONOTONIC, one for all processes of a time namespace.
  const auto now = std::chrono::steady_clock::now().time_since_epoch() + clock_ahead(target_.pid);
  call.deadline = (now + time_to_start).count();
  owner_ = owner_of(call);
  std::string bytes(parts_.size(), '\0');
  memcpy(bytes.data(), &call, parts_.call_size);
  memcpy(bytes.data() + parts_.code_at, hd_trampoline_start, parts_.code_size);
  target_.memory.write(block_, bytes.data(), bytes.size());
  hd_progress progress{};
  progress.armed = HD_CALL_ARMED;
  target_.memory.write(progress_, &progress, sizeof progress);
}

void TrampolineCall::enter(StoppedThread& thread, hd_call& call, std::chrono::nanoseconds time_to_start) {
  const Registers& found = thread.registers();
  const bool on_futex = may_wait_on_futex(found);
  call.may_run_in_syscall = is_blocked(found) && !on_futex;
  write(call, time_to_start);
  // What the trampoline ends in; below is its own stack. A lock's wait ends with EINTR, and CPython then
  // makes pending calls. Other waits do not, so that nobody sees an EINTR that no signal brought.
  const uint64_t frame = write_way_back(target_.memory, thread, gadgets_.signal_return,
                                        on_futex ? Resume::kInterrupt : Resume::kRestart);
  fault_point("infected");
  Registers start = found;
  start.orig_rax = static_cast<uint64_t>(-1);
  start.rip = block_ + parts_.offset_of(&hd_trampoline_entry);
  start.r12 = block_;
  start.r13 = frame + sizeof(uint64_t);  // behind the return address
  start.r14 = progress_;
  start.rsp = frame;
  start.rbp = 0;
  start.eflags &= ~kTrapAndDirectionFlags;
  thread.detach(start);
  fault_point("let-go");
}

}  // namespace heapdump
