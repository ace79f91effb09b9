// The trampoline, run from a copy of its code as in a target, with stand-ins for CPython's functions.
#include "trampoline.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

namespace {

// What the stand-ins were asked for, and what they answer.
struct Interpreter {
  bool has_gil = false;
  int gil_depth = 0;
  bool queue_full = false;
  // Of the thread: it has run Python before.
  bool has_thread_state = true;
  bool is_finalizing = false;
  bool script_fails = false;
  bool writes_to_broken_pipe = false;
  int broken_pipe = -1;
  int scripts = 0;
  int references = 0;
  int tracing_suspended = 0;
  bool signals_blocked = false;
  bool traced_meanwhile = true;
  int (*queued)(void*) = nullptr;
  void* queued_argument = nullptr;
  int raised = 0;
  bool program_raised = false;
  bool exception_taken = false;
  int errors_cleared = 0;
  // Of the call, until the first function is called.
  const hd_progress* progress = nullptr;
  int state_at_first_call = -1;
} python;

int thread_state[64];

int gil_check() { return python.has_gil; }
void* own_thread_state() { return python.has_thread_state ? thread_state : nullptr; }
int is_finalizing() { return python.is_finalizing; }
int gil_ensure() {
  python.has_gil = true;
  return ++python.gil_depth;
}
void gil_release(int depth) {
  EXPECT_EQ(depth, python.gil_depth--);
  python.has_gil = false;
}
int add_pending_call(int (*function)(void*), void* argument) {
  if (python.queue_full) return -1;
  // What takes a queued call back must not do so while its code is still to be returned to.
  EXPECT_NE(reinterpret_cast<hd_progress*>(static_cast<hd_call*>(argument)->progress)->state, HD_CALL_QUEUED);
  python.queued = function;
  python.queued_argument = argument;
  return 0;
}
void* dict_new() {
  ++python.references;
  return &python;
}
int dict_set_item(void*, const char*, void*) { return 0; }
void dict_clear(void*) {}
void dec_ref(void*) { --python.references; }
void* run_string(const char* script, int, void*, void*, void*) {
  ++python.scripts;
  EXPECT_STREQ(script, "script");
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  python.signals_blocked =
      sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGPIPE) && !sigismember(&blocked, SIGSEGV);
  python.traced_meanwhile = python.tracing_suspended == 0 && thread_state[11] == 0;
  if (python.writes_to_broken_pipe) {
    EXPECT_EQ(write(python.broken_pipe, "x", 1), -1);
  }
  errno = E2BIG;
  if (python.script_fails) return nullptr;
  ++python.references;
  return &python;
}
void inc_ref(void*) { ++python.references; }
// An object's second word is its type.
void* exception[2] = {nullptr, &exception[1]};
void* sys_get_object(const char* name) {
  EXPECT_STREQ(name, "__heapdump_exception__");
  return python.program_raised && !python.exception_taken ? exception : nullptr;
}
int sys_set_object(const char*, void* value) {
  EXPECT_EQ(value, nullptr);
  python.exception_taken = true;
  return 0;
}
void error_clear() { ++python.errors_cleared; }
void error_set_object(void* type, void* value) {
  EXPECT_EQ(type, &exception[1]);
  EXPECT_EQ(value, exception);
  ++python.raised;
}
void* thread_state_get() { return thread_state; }
void enter_tracing(void*) { ++python.tracing_suspended; }
void leave_tracing(void*) { --python.tracing_suspended; }
int* errno_location() {
  if (python.progress != nullptr) python.state_at_first_call = std::exchange(python.progress, nullptr)->state;
  return &errno;
}

asm(".text\nsystem_call_return:\nsyscall\nret\n");
extern "C" void system_call_return();

hd_call* signalled_call;
void (*signalled_entry)();

// Goes to the entry as a thread of a target is sent there: what it ends in is the kernel's frame of the
// signal.
void enter_by_signal(int, siginfo_t*, void* context) {
  asm volatile(
      "mov %0, %%r12\n"
      "mov %1, %%r13\n"
      "mov %2, %%r14\n"
      "sub $512, %%rsp\n"
      "and $-64, %%rsp\n"
      "jmp *%3\n"
      :
      : "a"(signalled_call), "D"(context), "S"(signalled_call->progress), "d"(signalled_entry)
      : "memory");
  __builtin_unreachable();
}

template <typename Function>
uint64_t address(Function* function) {
  return reinterpret_cast<uint64_t>(function);
}

class Trampoline : public testing::Test {
 protected:
  static constexpr size_t kPage = 4096;

  void SetUp() override {
    python = {};
    memset(thread_state, 0, sizeof thread_state);
    const size_t size = hd_trampoline_end - hd_trampoline_start;
    ASSERT_LE(size, kPage);
    copy_code(size);

    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    read_end_ = ends[0];
    struct stat stat;
    fstat(ends[1], &stat);
    progress_.armed = 1;
    call_.progress = address(&progress_);
    call_.system_call_return = address(system_call_return);
    call_.deadline = now() + 1'000'000'000;
    call_.pid = getpid();
    call_.script.fd = ends[1];
    call_.script.fd_device = stat.st_dev;
    call_.script.fd_inode = stat.st_ino;
    call_.script.text = address("script");
    call_.script.exception = address(&exception_);
    call_.pending_callback = address(callback());
    call_.errno_location = address(errno_location);
    call_.clock_gettime = address(clock_gettime);
    call_.add_pending_call = address(add_pending_call);
    call_.gil_check = address(gil_check);
    call_.own_thread_state = address(own_thread_state);
    call_.is_finalizing = address(is_finalizing);
    call_.gil_ensure = address(gil_ensure);
    call_.gil_release = address(gil_release);
    call_.script.run_string = address(run_string);
    call_.script.dict_new = address(dict_new);
    call_.script.dict_set_item = address(dict_set_item);
    call_.script.dict_clear = address(dict_clear);
    call_.script.dec_ref = address(dec_ref);
    call_.script.inc_ref = address(inc_ref);
    call_.script.sys_get_object = address(sys_get_object);
    call_.script.sys_set_object = address(sys_set_object);
    call_.script.error_clear = address(error_clear);
    call_.script.error_set_object = address(error_set_object);
    strcpy(call_.script.exception_name, "__heapdump_exception__");
    call_.script.thread_state_get = address(thread_state_get);
    call_.script.enter_tracing = address(enter_tracing);
    call_.script.leave_tracing = address(leave_tracing);
    errno = EDOM;
    pthread_sigmask(SIG_BLOCK, nullptr, &mask_);
  }

  void copy_code(size_t size) {
    constexpr int kTrap = 0xcc;
    if (code_ != nullptr) munmap(code_, kPage);
    void* page = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    memset(page, kTrap, kPage);
    memcpy(page, hd_trampoline_start, size);
    ASSERT_EQ(mprotect(page, kPage, PROT_READ | PROT_EXEC), 0);
    code_ = static_cast<unsigned char*>(page);
  }

  void TearDown() override {
    EXPECT_EQ(errno, EDOM);
    EXPECT_EQ(python.references, 0);
    EXPECT_EQ(python.tracing_suspended, 0);
    EXPECT_EQ(thread_state[11], 0);
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    for (int signal = 1; signal < 32; ++signal)
      EXPECT_EQ(sigismember(&mask, signal), sigismember(&mask_, signal));
    close(read_end_);
    munmap(code_, kPage);
  }

  static int64_t now() {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

  using Enter = void(hd_call*);
  using Callback = int(void*);
  // As the entry does: what it leaves blocked the rt_sigreturn after it unblocks.
  void enter() {
    reinterpret_cast<Enter*>(code_ + offset(hd_trampoline_enter))(&call_);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, &mask_, &mask);
    EXPECT_TRUE(sigismember(&mask, SIGTERM) && !sigismember(&mask, SIGSEGV));
  }
  Callback* callback() { return reinterpret_cast<Callback*>(code_ + offset(hd_trampoline_callback)); }
  template <typename Function>
  size_t offset(Function* function) {
    return reinterpret_cast<const unsigned char*>(function) - hd_trampoline_start;
  }

  bool write_end_is_open() {
    const int saved_error = errno;
    struct stat stat;
    const bool open = fstat(static_cast<int>(call_.script.fd), &stat) == 0;
    errno = saved_error;
    return open;
  }

  hd_call call_{};
  hd_progress progress_{};
  uint64_t exception_ = 0;
  unsigned char* code_ = nullptr;
  int read_end_ = -1;
  sigset_t mask_;
};

TEST_F(Trampoline, TakesOverAThreadWithoutTheGil) {
  call_.may_run_in_syscall = 1;
  enter();
  EXPECT_EQ(progress_.state, HD_CALL_DONE);
  EXPECT_EQ(progress_.result, HD_CALL_RAN);
  EXPECT_EQ(progress_.route, HD_ROUTE_IN_SYSCALL);
  EXPECT_EQ(python.scripts, 1);
  EXPECT_TRUE(python.signals_blocked);
  EXPECT_FALSE(python.traced_meanwhile);
  EXPECT_FALSE(python.has_gil);
  EXPECT_FALSE(write_end_is_open());
}

TEST_F(Trampoline, QueuesAThreadThatHasTheGil) {
  call_.may_run_in_syscall = 1;
  python.has_gil = true;
  enter();
  EXPECT_EQ(progress_.state, HD_CALL_QUEUED);
  EXPECT_EQ(python.scripts, 0);
  EXPECT_EQ(python.queued(python.queued_argument), 0);
  EXPECT_EQ(progress_.state, HD_CALL_DONE);
  EXPECT_EQ(progress_.route, HD_ROUTE_PENDING_CALL);
  EXPECT_EQ(python.scripts, 1);
}

TEST_F(Trampoline, SaysThatItIsEnteredBeforeItCallsAnything) {
  python.progress = &progress_;
  signalled_call = &call_;
  signalled_entry = reinterpret_cast<void (*)()>(code_ + offset(hd_trampoline_entry));
  struct sigaction action {
  }, before;
  action.sa_sigaction = enter_by_signal;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGUSR1, &action, &before);
  raise(SIGUSR1);
  sigaction(SIGUSR1, &before, nullptr);
  EXPECT_EQ(python.state_at_first_call, HD_CALL_STARTING);
  EXPECT_EQ(progress_.state, HD_CALL_QUEUED);
  EXPECT_EQ(python.queued(python.queued_argument), 0);
  EXPECT_EQ(progress_.state, HD_CALL_DONE);
}

TEST_F(Trampoline, QueuesForAThreadThatHasNeverRunPython) {
  call_.may_run_in_syscall = 1;
  python.has_thread_state = false;
  enter();
  EXPECT_EQ(progress_.state, HD_CALL_QUEUED);
  EXPECT_EQ(python.gil_depth, 0);
  EXPECT_EQ(python.queued(python.queued_argument), 0);
}

TEST_F(Trampoline, AsksNothingOfAnInterpreterThatIsShuttingDown) {
  for (const int32_t finishing : {0, 1}) {
    progress_ = {.armed = 1};
    python.is_finalizing = finishing == 0;
    call_.queue_is_finishing = address(&finishing);
    for (const int in_system_call : {0, 1}) {
      call_.may_run_in_syscall = in_system_call;
      enter();
      EXPECT_EQ(progress_.state, HD_CALL_DONE);
      EXPECT_EQ(progress_.result, HD_CALL_SHUTTING_DOWN);
    }
  }
  EXPECT_EQ(python.queued, nullptr);
  EXPECT_EQ(python.scripts, 0);
  EXPECT_FALSE(write_end_is_open());
}

TEST_F(Trampoline, SuspendsTracingByCounterBefore311) {
  call_.script.tracing_offset = 44;
  call_.script.enter_tracing = call_.script.leave_tracing = 0;
  enter();
  EXPECT_EQ(python.queued(python.queued_argument), 0);
  EXPECT_FALSE(python.traced_meanwhile);
}

TEST_F(Trampoline, SaysThatTheQueueIsFull) {
  python.queue_full = true;
  enter();
  EXPECT_EQ(progress_.state, HD_CALL_DONE);
  EXPECT_EQ(progress_.result, HD_CALL_QUEUE_FULL);
  EXPECT_FALSE(write_end_is_open());
}

TEST_F(Trampoline, DoesNothingOnceCancelledOrLate) {
  progress_.armed = 0;
  EXPECT_EQ(callback()(&call_), 0);
  EXPECT_EQ(progress_.result, HD_CALL_CANCELLED);
  progress_.armed = 1;
  call_.deadline = now() - 1;
  EXPECT_EQ(callback()(&call_), 0);
  EXPECT_EQ(progress_.result, HD_CALL_EXPIRED);
  EXPECT_EQ(python.scripts, 0);
}

TEST_F(Trampoline, DoesNothingInAForkedChild) {
  call_.pid = getpid() + 1;
  EXPECT_EQ(callback()(&call_), 0);
  EXPECT_EQ(progress_.state, HD_CALL_PLACED);
  EXPECT_EQ(python.scripts, 0);
  EXPECT_TRUE(write_end_is_open());
  close(static_cast<int>(call_.script.fd));
}

TEST_F(Trampoline, RaisesInThePendingCallWhatTheScriptHandsBack) {
  python.program_raised = true;
  EXPECT_NE(callback()(&call_), 0);
  EXPECT_EQ(python.raised, 1);
  EXPECT_EQ(progress_.result, HD_CALL_SCRIPT_RAISED);
}

TEST_F(Trampoline, RaisesAfterATakeOverByAPendingCall) {
  python.program_raised = true;
  call_.may_run_in_syscall = 1;
  enter();
  EXPECT_EQ(progress_.state, HD_CALL_RUNNING);
  EXPECT_EQ(python.raised, 0);
  EXPECT_NE(python.queued(python.queued_argument), 0);
  EXPECT_EQ(python.raised, 1);
  EXPECT_EQ(progress_.state, HD_CALL_DONE);
}

TEST_F(Trampoline, KeepsTheFailureOfItsOwnScriptToItself) {
  python.script_fails = true;
  EXPECT_EQ(callback()(&call_), 0);
  EXPECT_EQ(progress_.result, HD_CALL_NOT_RUN);
  EXPECT_EQ(python.errors_cleared, 1);
  EXPECT_EQ(python.raised, 0);
}

TEST_F(Trampoline, ConsumesItsOwnBrokenPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  python.writes_to_broken_pipe = true;
  python.broken_pipe = ends[1];
  EXPECT_EQ(callback()(&call_), 0);  // SIGPIPE would end this process.
  EXPECT_EQ(progress_.result, HD_CALL_RAN);
  close(ends[1]);
}

TEST_F(Trampoline, ParksUntilItIsReleasedOrItsToolIsLate) {
  call_.park = 20'000'000;
  const int64_t start = now();
  EXPECT_EQ(callback()(&call_), 0);
  EXPECT_GE(now() - start, call_.park);
  EXPECT_EQ(progress_.result, HD_CALL_RAN);
  EXPECT_EQ(progress_.state, HD_CALL_DONE);

  progress_.armed = 1;
  progress_.state = HD_CALL_PLACED;
  call_.park = INT64_MAX / 2;
  call_.may_run_in_syscall = 1;
  call_.deadline = now() + 10'000'000'000;
  std::thread tool([this] {
    while (progress_.state != HD_CALL_PARKED) std::this_thread::yield();
    EXPECT_TRUE(python.has_gil);
    progress_.released = 1;
  });
  enter();
  tool.join();
  EXPECT_EQ(progress_.state, HD_CALL_DONE);
  EXPECT_FALSE(python.has_gil);
  EXPECT_EQ(python.scripts, 0);
  close(static_cast<int>(call_.script.fd));
}

TEST_F(Trampoline, ParksWithoutThePartThatRunsScripts) {
  copy_code(hd_trampoline_script_start - hd_trampoline_start);
  call_.park = 1'000'000;
  EXPECT_EQ(callback()(&call_), 0);
  EXPECT_EQ(progress_.result, HD_CALL_RAN);

  progress_ = {};
  EXPECT_EQ(callback()(&call_), 0);
  EXPECT_EQ(progress_.result, HD_CALL_CANCELLED);

  progress_.armed = 1;
  call_.may_run_in_syscall = 1;
  enter();
  EXPECT_EQ(progress_.route, HD_ROUTE_IN_SYSCALL);
  EXPECT_EQ(progress_.result, HD_CALL_RAN);
  EXPECT_FALSE(python.has_gil);
  close(static_cast<int>(call_.script.fd));
}

TEST_F(Trampoline, LeavesADescriptorThatIsAnotherFileByNow) {
  const int other = dup2(read_end_, static_cast<int>(call_.script.fd));
  call_.script.fd_inode += 1;
  EXPECT_EQ(callback()(&call_), 0);
  EXPECT_TRUE(write_end_is_open());
  close(other);
}

}  // namespace
