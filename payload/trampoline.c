// Runs a Python script at a safe point of the target. This code is copied into the target and runs there: it
// calls nothing but the functions that struct hd_call names, keeps errno, and refers to nothing outside of
// its section.
#include "trampoline.h"

#define SECTION __attribute__((section("hd_trampoline"), used))
// A call of a symbol that others may replace goes through a table outside of the section.
#define HIDDEN __attribute__((visibility("hidden")))
#define INLINE static inline __attribute__((always_inline))

__asm__(
    ".pushsection hd_trampoline,\"ax\",@progbits\n"
    ".globl hd_trampoline_start\n.hidden hd_trampoline_start\n"
    "hd_trampoline_start:\n"
    ".globl hd_trampoline_entry\n.hidden hd_trampoline_entry\n"
    "nop\nnop\n"  // A stop in a system call may set the instruction pointer back by two.
    "hd_trampoline_entry:\n"
    "cld\n"
    "mov %r12, %rdi\n"
    "call hd_trampoline_enter\n"
    "mov %r13, %rsp\n"
    "mov $15, %eax\n"  // rt_sigreturn: the thread goes on where it was
    "syscall\n"
    "ud2\n"
    // The callback returns with signals blocked, so that no handler returns into this code when it is gone:
    // its last step, rt_sigprocmask, is made by libc's instructions, with the mask in the red zone. What it
    // returns is the callback's result: an impossible place for the former mask makes it -EFAULT after the
    // mask was set.
    ".globl hd_trampoline_callback\n.hidden hd_trampoline_callback\n"
    "hd_trampoline_callback:\n"
    "push %rbx\n"
    "sub $16, %rsp\n"
    "mov %rdi, %rbx\n"
    "mov %rsp, %rsi\n"
    "call hd_trampoline_called\n"
    "xor %edx, %edx\n"
    "test %eax, %eax\n"
    "setnz %dl\n"
    "mov 16(%rbx), %r9\n"
    "mov (%rsp), %rax\n"
    "add $16, %rsp\n"
    "pop %rbx\n"
    "mov %rax, -16(%rsp)\n"
    "lea -16(%rsp), %rsi\n"
    "mov $2, %edi\n"  // SIG_SETMASK
    "mov $8, %r10d\n"
    "mov $14, %eax\n"
    "jmp *%r9\n"
    ".popsection\n");
_Static_assert(__builtin_offsetof(struct hd_call, system_call_return) == 16, "the callback reads it there");

enum {
  SYS_close = 3,
  SYS_fstat = 5,
  SYS_rt_sigprocmask = 14,
  SYS_sched_yield = 24,
  SYS_getpid = 39,
  SYS_rt_sigpending = 127,
  SYS_rt_sigtimedwait = 128,
  SYS_clock_gettime = 228,
};

typedef void* object;

INLINE long system_call(long number, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}

INLINE int64_t monotonic_now(void) {
  int64_t time[2];
  system_call(SYS_clock_gettime, 1, (long)time, 0, 0);
  return time[0] * 1000000000 + time[1];
}

enum { kSetMask = 2 };

// All signals but those that a fault raises (4 ILL … 8 FPE, 11 SEGV).
INLINE void block_signals(uint64_t* before) {
  uint64_t blocked = ~(0xf8ull | 1ull << 10);
  system_call(SYS_rt_sigprocmask, kSetMask, (long)&blocked, (long)before, 8);
}

// With signals blocked.
INLINE void finish(struct hd_call* call, int result) {
  call->result = result;
  __atomic_store_n(&call->state, HD_CALL_DONE, __ATOMIC_RELEASE);
}

INLINE void close_pipe(const struct hd_call* call) {
  uint64_t stat[18];
  if (system_call(SYS_fstat, call->fd, (long)stat, 0, 0) == 0 && stat[0] == call->fd_device &&
      stat[1] == call->fd_inode) {
    system_call(SYS_close, call->fd, 0, 0, 0);
  }
}

// The exception that the script left, a new reference; null if it left none.
SECTION static object take_exception(struct hd_call* call) {
  object exception = ((object(*)(const char*))call->sys_get_object)(call->exception_name);
  if (exception) {
    ((void (*)(object))call->inc_ref)(exception);
    ((int (*)(const char*, object))call->sys_set_object)(call->exception_name, 0);
  }
  return exception;
}

// Runs the script, with the GIL held.
SECTION static int run_script(struct hd_call* call) {
  // Signals wait until the script is done.
  const uint64_t kPipe = 1ull << 12;
  uint64_t before, pending_before = 0, pending = 0;
  block_signals(&before);
  system_call(SYS_rt_sigpending, (long)&pending_before, 8, 0, 0);

  // No trace or profile function, nor sys.monitoring, sees the script.
  object thread = ((object(*)(void))call->thread_state_get)();
  int* tracing = (int*)((char*)thread + call->tracing_offset);
  if (call->tracing_offset) {
    ++*tracing;
  } else {
    ((void (*)(object))call->enter_tracing)(thread);
  }

  // The script has a dict of its own, which it knows as `space`, and no builtins but those that it finds:
  // what a program has replaced in its builtins does not see the script.
  int result = HD_CALL_NOT_RUN;
  object globals = ((object(*)(void))call->dict_new)();
  object builtins = ((object(*)(void))call->dict_new)();
  int (*set_item)(object, const char*, object) = (int (*)(object, const char*, object))call->dict_set_item;
  if (globals && builtins && set_item(globals, call->builtins_name, builtins) == 0 &&
      set_item(globals, call->space_name, globals) == 0) {
    const int kFileInput = 257;  // Py_file_input, part of the stable ABI
    object value = ((object(*)(const char*, int, object, object, void*))call->run_string)(
        (const char*)call->script, kFileInput, globals, globals, 0);
    if (value) {
      result = HD_CALL_RAN;
      ((void (*)(object))call->dec_ref)(value);
      call->exception = (uint64_t)take_exception(call);
      if (call->exception) result = HD_CALL_SCRIPT_RAISED;
    } else {
      ((void (*)(void))call->error_clear)();
    }
    // It refers to itself: cleared, it goes at once instead of waiting for the collector.
    ((void (*)(object))call->dict_clear)(globals);
  }
  ((void (*)(object))call->dec_ref)(builtins);
  ((void (*)(object))call->dec_ref)(globals);

  if (call->tracing_offset) {
    --*tracing;
  } else {
    ((void (*)(object))call->leave_tracing)(thread);
  }
  close_pipe(call);
  system_call(SYS_rt_sigpending, (long)&pending, 8, 0, 0);
  if (pending & ~pending_before & kPipe) {
    uint64_t pipe = kPipe;
    int64_t no_wait[2] = {0, 0};
    system_call(SYS_rt_sigtimedwait, (long)&pipe, 0, (long)no_wait, 8);
  }
  system_call(SYS_rt_sigprocmask, kSetMask, (long)&before, 0, 8);
  return result;
}

SECTION static int park(struct hd_call* call) {
  const int64_t end = monotonic_now() + call->park;
  __atomic_store_n(&call->state, HD_CALL_PARKED, __ATOMIC_RELEASE);
  while (!call->released && monotonic_now() < end) system_call(SYS_sched_yield, 0, 0, 0, 0);
  return HD_CALL_RAN;
}

SECTION static int run(struct hd_call* call) { return call->park ? park(call) : run_script(call); }

SECTION static int take(struct hd_call* call, int* refused) {
  int32_t armed = 1;
  if (system_call(SYS_getpid, 0, 0, 0, 0) != call->pid) {
    *refused = -1;  // A forked child: this memory is its copy, and nobody reads it.
  } else if (!__atomic_compare_exchange_n(&call->armed, &armed, 2, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
    *refused = HD_CALL_CANCELLED;
  } else if (monotonic_now() > call->deadline) {
    *refused = HD_CALL_EXPIRED;
  } else {
    return 1;
  }
  return 0;
}

SECTION static void raise_exception(struct hd_call* call) {
  object exception = (object)call->exception;
  object type = ((object*)exception)[1];  // PyObject.ob_type
  ((void (*)(object, object))call->error_set_object)(type, exception);
  ((void (*)(object))call->dec_ref)(exception);
}

// CPython calls this between two bytecodes of the main thread.
SECTION HIDDEN int hd_trampoline_called(struct hd_call* call, uint64_t* mask) {
  int* error = ((int* (*)(void))call->errno_location)();
  const int saved_error = *error;
  if (call->state == HD_CALL_RUNNING && call->pid == system_call(SYS_getpid, 0, 0, 0, 0)) {
    // The second call that interrupts a system call: it brings the exception to where the main thread can
    // raise it.
    raise_exception(call);
    block_signals(mask);
    finish(call, HD_CALL_SCRIPT_RAISED);
    return -1;
  }
  int result;
  int raised = 0;
  if (take(call, &result)) {
    call->route = HD_ROUTE_PENDING_CALL;
    call->state = HD_CALL_RUNNING;
    result = run(call);
    *error = saved_error;
    if (result == HD_CALL_SCRIPT_RAISED) {
      raise_exception(call);
      raised = -1;
    }
  } else if (result >= 0) {
    close_pipe(call);
  }
  block_signals(mask);
  if (result >= 0) finish(call, result);
  return raised;
}

INLINE int has_no_gil(const struct hd_call* call) {
  if (!call->current_thread_state) return !((int (*)(void))call->gil_check)();
  object own = ((object(*)(void))call->own_thread_state)();
  return !((object(*)(void))call->current_thread_state)() && own &&
         (uint64_t)((object(*)(object))call->thread_interpreter)(own) == call->main_interpreter;
}

SECTION static void enter(struct hd_call* call) {
  int result = HD_CALL_QUEUE_FULL;
  int ended = 1;
  if (call->may_run_in_syscall && has_no_gil(call)) {
    call->state = HD_CALL_WAITING;
    int gil = ((int (*)(void))call->gil_ensure)();
    if (take(call, &result)) {
      call->route = HD_ROUTE_IN_SYSCALL;
      call->state = HD_CALL_RUNNING;
      result = run(call);
      // An exception is no use here: the main thread is in a system call.
      ended = result != HD_CALL_SCRIPT_RAISED ||
              ((int (*)(uint64_t, void*))call->add_pending_call)(call->pending_callback, call) != 0;
    } else {
      ended = result >= 0;
      if (ended) close_pipe(call);
    }
    ((void (*)(int))call->gil_release)(gil);
    block_signals(0);  // rt_sigreturn unblocks them.
  } else {
    const int refused = ((int (*)(uint64_t, void*))call->add_pending_call)(call->pending_callback, call);
    block_signals(0);
    if (refused == 0) {
      // Not before: the tool takes a queued call back, and this code with it.
      call->state = HD_CALL_QUEUED;
      ended = 0;
    } else {
      close_pipe(call);
    }
  }
  if (ended) finish(call, result);
}

SECTION HIDDEN void hd_trampoline_enter(struct hd_call* call) {
  int* error = ((int* (*)(void))call->errno_location)();
  const int saved_error = *error;
  enter(call);
  *error = saved_error;
}

__asm__(
    ".pushsection hd_trampoline,\"ax\",@progbits\n"
    ".globl hd_trampoline_end\n.hidden hd_trampoline_end\n"
    "hd_trampoline_end:\n"
    ".popsection\n");
