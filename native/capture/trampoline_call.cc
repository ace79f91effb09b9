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

constexpr uint64_t kPage = 4096;
// For a script, in memory mapped for it: struct hd_progress, the exception, the ends of the pipe, and the
// text.
constexpr uint64_t kExceptionAt = 8;
constexpr uint64_t kPipeAt = 16;
constexpr uint64_t kTextAt = 64;
constexpr uint64_t kTrapAndDirectionFlags = 0x500;

uint64_t pages(uint64_t size) { return (size + kPage - 1) & ~(kPage - 1); }

uint64_t aligned(uint64_t size) { return (size + 15) & ~uint64_t{15}; }

// What the trampoline consists of: struct hd_call, and the code behind it.
struct Parts {
  explicit Parts(bool runs_script)
      : call_size(runs_script ? sizeof(hd_call) : offsetof(hd_call, script)),
        code_at(aligned(call_size)),
        code_size((runs_script ? hd_trampoline_end : hd_trampoline_script_start) - hd_trampoline_start) {}

  template <typename Function>
  uint64_t offset_of(Function* function) const {
    return code_at + (reinterpret_cast<const unsigned char*>(function) - hd_trampoline_start);
  }
  uint64_t size() const { return code_at + code_size; }

  size_t call_size;
  size_t code_at;
  size_t code_size;
};

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
  template_.magic = HD_CALL_MAGIC;
  template_.pid = target.status.namespace_pid;
  template_.system_call_return = gadgets.system_call_return;
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
  hd_script& script = template_.script;
  strcpy(script.builtins_name, "__builtins__");
  strcpy(script.space_name, "space");
  strcpy(script.exception_name, "__heapdump_exception__");
  script.tracing_offset = target.interpreter.layout().thread_tracing;
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

// Bytes that belong to nothing, and are zero: what is not is somebody's after all.
uint64_t TrampolineCall::find_tail(size_t size) const {
  for (const ElfImage& image : target_.images) {
    for (const auto& [start, end] : image.code_tails()) {
      const uint64_t block = aligned(start);
      const Mapping* mapping = find_mapping(target_.maps, block);
      if (block + size > end || mapping == nullptr || !mapping->executable || mapping->writable ||
          mapping->path != image.path())
        continue;
      std::string bytes(size, '\1');
      if (target_.memory.try_read(block, bytes.data(), size) && bytes.find_first_not_of('\0') == bytes.npos)
        return block;
    }
  }
  return 0;
}

// The kernel leaves a word empty at the end of the stack (fs/exec.c, bprm_mm_init).
uint64_t TrampolineCall::stack_end_word() const {
  for (const Mapping& mapping : target_.maps) {
    if (mapping.path == "[stack]") return mapping.end - sizeof(hd_progress);
  }
  return 0;
}

bool TrampolineCall::park(StoppedThread& thread, std::chrono::nanoseconds hold,
                          std::chrono::nanoseconds time_to_start) {
  const Parts parts(false);
  const uint64_t word = stack_end_word();
  uint64_t used;
  if (word == 0 || !target_.memory.try_get(word, &used) || used != 0) return false;
  const uint64_t block = find_tail(parts.size());
  if (block == 0) return false;
  progress_ = word;
  block_ = block;
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
    map(calls, pages(kTextAt + script.size() + longest_number));
    call.data = data_;
    call.data_size = data_size_;
    call.script.fd = -1;
    write(call, time_to_start);
    pipe_.open(calls, target_.memory, data_ + kPipeAt, O_CLOEXEC | O_NONBLOCK);
    fault_point("piped");
    call.script.fd = pipe_.write_end();
    call.script.fd_device = pipe_.device();
    call.script.fd_inode = pipe_.inode();
    call.script.text = data_ + kTextAt;
    call.script.exception = data_ + kExceptionAt;
    const std::string text = replace_all(script, "@FD@", std::to_string(pipe_.write_end()));
    target_.memory.write(call.script.text, text.c_str(), text.size() + 1);
  } catch (const Error&) {
    unmap(calls);
    throw;
  }
  enter(thread, call, time_to_start);
}

void TrampolineCall::map(RemoteCalls& calls, uint64_t data_size) {
  constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;
  static_assert(sizeof(hd_progress) <= kExceptionAt);
  if (Parts(true).size() > kPage) throw Error(ExitCode::kDefect, "the trampoline does not fit its page");
  data_size_ = data_size;
  data_ = calls.must("map memory", SYS_mmap, 0, data_size_, PROT_READ | PROT_WRITE, kPrivate, -1, 0);
  progress_ = data_;
  block_ = calls.must("map memory", SYS_mmap, 0, kPage, PROT_READ | PROT_EXEC, kPrivate, -1, 0);
  fault_point("mapped");
}

void TrampolineCall::write(hd_call& call, std::chrono::nanoseconds time_to_start) {
  const Parts parts(call.park == 0);
  block_size_ = parts.size();
  callback_ = block_ + parts.offset_of(&hd_trampoline_callback);
  call.progress = progress_;
  call.pending_callback = callback_;
  // steady_clock is CLOCK_MONOTONIC, which is one for all processes of a machine.
  call.deadline = (std::chrono::steady_clock::now().time_since_epoch() + time_to_start).count();
  std::string bytes(parts.size(), '\0');
  memcpy(bytes.data(), &call, parts.call_size);
  memcpy(bytes.data() + parts.code_at, hd_trampoline_start, parts.code_size);
  target_.memory.write(block_, bytes.data(), bytes.size());
  hd_progress progress{};
  progress.armed = 1;
  target_.memory.write(progress_, &progress, sizeof progress);
}

void TrampolineCall::enter(StoppedThread& thread, hd_call& call, std::chrono::nanoseconds time_to_start) {
  const Registers& found = thread.registers();
  const bool on_futex = may_wait_on_futex(found);
  call.may_run_in_syscall = is_blocked(found) && !on_futex;
  write(call, time_to_start);
  // Below its red zone: the frame that the trampoline ends in, and the trampoline's own stack.
  const uint64_t frame = (found.rsp - kRedZone - kReturnFrameSize) & ~uint64_t{63};
  // A lock's wait ends with EINTR, and CPython then makes pending calls. Other waits do not, so that nobody
  // sees an EINTR that no signal brought.
  write_return_frame(target_.memory, thread.tid(), frame, gadgets_.signal_return,
                     resume_registers(found, on_futex ? Resume::kInterrupt : Resume::kRestart),
                     thread.signal_mask());
  fault_point("infected");
  Registers start = found;
  start.orig_rax = static_cast<uint64_t>(-1);
  start.rip = block_ + Parts(call.park == 0).offset_of(&hd_trampoline_entry);
  start.r12 = block_;
  start.r13 = frame + sizeof(uint64_t);  // behind the return address
  start.rsp = frame;
  start.rbp = 0;
  start.eflags &= ~kTrapAndDirectionFlags;
  thread.detach(start);
  fault_point("let-go");
}

bool TrampolineCall::adopt() {
  for (const ElfImage& image : target_.images) {
    for (const ElfImage::Tail& tail : image.code_tails()) {
      if (adopt(aligned(tail.start))) return true;
    }
  }
  for (const Mapping& mapping : target_.maps) {
    const bool is_anonymous = mapping.inode == 0 && mapping.path.empty();
    if (is_anonymous && mapping.executable && !mapping.writable && mapping.end - mapping.start == kPage &&
        adopt(mapping.start))
      return true;
  }
  return false;
}

bool TrampolineCall::adopt(uint64_t block) {
  hd_call call;
  if (!target_.memory.try_read(block, &call, offsetof(hd_call, script)) || call.magic != HD_CALL_MAGIC)
    return false;
  if (call.park == 0 && !target_.memory.try_get(block, &call)) return false;
  const Mapping* progress = find_mapping(target_.maps, call.progress);
  if (progress == nullptr || !progress->writable) return false;
  block_ = block;
  block_size_ = Parts(call.park == 0).size();
  callback_ = call.pending_callback;
  progress_ = call.progress;
  data_ = call.data;
  data_size_ = call.data_size;
  is_copy_ = call.pid != target_.status.namespace_pid;
  retracted_ = false;
  if (data_ != 0 && !is_copy_) {
    if (call.script.fd >= 0)
      pipe_.adopt(static_cast<int>(call.script.fd), call.script.fd_device, call.script.fd_inode);
    else
      pipe_.adopt(target_.memory, data_ + kPipeAt);
  }
  return true;
}

void TrampolineCall::release() {
  target_.memory.put<uint8_t>(progress_ + offsetof(hd_progress, released), 1);
}

bool TrampolineCall::retract(PendingCalls& pending) {
  const hd_progress now = progress();
  if (is_copy_) {
    if (pending.locked()) return false;
    pending.replace(callback_, harmless_);
    return true;
  }
  if (now.armed == 2) return false;
  // Stopped as the main thread is, nobody else takes it.
  target_.memory.put<uint8_t>(progress_ + offsetof(hd_progress, armed), 0);
  if (now.state == HD_CALL_PLACED) return true;
  // The queue keeps its entry, as a call of PyErr_CheckSignals: what the main thread does there anyway.
  retracted_ = retracted_ ||
               (now.state == HD_CALL_QUEUED && !pending.locked() && pending.replace(callback_, harmless_));
  return retracted_;
}

bool TrampolineCall::cure(StoppedThread& thread) {
  if (thread.registers().rip - block_ < block_size_) return false;
  if (data_ != 0) {
    RemoteCalls calls(thread, target_.memory, gadgets_);
    unmap(calls);
  } else {
    fault_point("curing");
    const std::string nothing(std::max<size_t>(block_size_, sizeof(hd_progress)), '\0');
    target_.memory.write(progress_, nothing.data(), sizeof(hd_progress));
    target_.memory.write(block_, nothing.data(), block_size_);
    block_ = 0;
  }
  retracted_ = false;
  return true;
}

void TrampolineCall::unmap(RemoteCalls& calls) {
  pipe_.close_in_process(calls);
  fault_point("curing");
  if (data_ != 0) calls.may_fail(SYS_munmap, data_, data_size_);
  if (block_ != 0) calls.may_fail(SYS_munmap, block_, kPage);
  block_ = data_ = 0;
}

}  // namespace heapdump
