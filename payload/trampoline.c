// Holds the target's main thread at a safe point, or runs a Python script there. This code is copied into the
// target and runs there: it calls nothing but the functions that struct hd_call names, keeps errno, and
// refers to nothing outside of its section. What it does until it is parked needs of the kernel getpid and
// rt_sigprocmask only, since the target may have a filter that kills it for others.
#include "trampoline.h"

#define SECTION __attribute__((section("hd_trampoline"), used))
// A call of a symbol that others may replace goes through a table outside of the section.
#define HIDDEN __attribute__((visibility("hidden")))
#define INLINE static inline __attribute__((always_inline))
#define APART __attribute__((noinline, noclone))

__asm__(
    ".pushsection hd_trampoline,\"ax\",@progbits\n"
    ".globl hd_trampoline_start\n.hidden hd_trampoline_start\n"
    "hd_trampoline_start:\n"
    ".globl hd_trampoline_entry\n.hidden hd_trampoline_entry\n"
    "nop\nnop\n"  // A stop in a system call may set the instruction pointer back by two.
    "hd_trampoline_entry:\n"
    "movb $1, 1(%r14)\n"  // HD_CALL_STARTING, before it calls anything or a signal can find it inside
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
_Static_assert(__builtin_offsetof(struct hd_progress, state) == 1 && HD_CALL_STARTING == 1,
               "the entry writes it there");

enum {
  SYS_close = 3,
  SYS_fstat = 5,
  SYS_rt_sigprocmask = 14,
  SYS_getpid = 39,
  SYS_rt_sigpending = 127,
  SYS_rt_sigtimedwait = 128,
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

INLINE struct hd_progress* progress_of(const struct hd_call* call) {
  return (struct hd_progress*)call->progress;
}

INLINE int64_t monotonic_now(const struct hd_call* call) {
  int64_t time[2] = {0, 0};
  ((int (*)(int, int64_t*))call->clock_gettime)(1, time);
  return time[0] * 1000000000 + time[1];
}

enum { kSetMask = 2 };

// All signals but those that a fault raises (4 ILL … 8 FPE, 11 SEGV).
INLINE void block_signals(uint64_t* before) {
  uint64_t blocked = ~(0xf8ull | 1ull << 10);
  system_call(SYS_rt_sigprocmask, kSetMask, (long)&blocked, (long)before, 8);
}

// With signals blocked.
INLINE void finish(const struct hd_call* call, int result) {
  struct hd_progress* const progress = progress_of(call);
  progress->result = (uint8_t)result;
  __atomic_store_n(&progress->state, HD_CALL_DONE, __ATOMIC_RELEASE);
}

// The part that runs scripts.
static int run_script(const struct hd_call* call);
static void raise_exception(const struct hd_call* call);
static void close_pipe(const struct hd_call* call);

SECTION APART static int park(const struct hd_call* call) {
  struct hd_progress* const progress = progress_of(call);
  const int64_t end = monotonic_now(call) + call->park;
  __atomic_store_n(&progress->state, HD_CALL_PARKED, __ATOMIC_RELEASE);
  while (!progress->released && monotonic_now(call) < end) __builtin_ia32_pause();
  return HD_CALL_RAN;
}

SECTION APART static int run(const struct hd_call* call) {
  return call->park ? park(call) : run_script(call);
}

SECTION APART static int take(const struct hd_call* call, int* refused) {
  uint8_t armed = HD_CALL_ARMED;
  if (system_call(SYS_getpid, 0, 0, 0, 0) != call->pid) {
    *refused = -1;  // A forked child: this memory is its copy, and nobody reads it.
  } else if (!__atomic_compare_exchange_n(&progress_of(call)->armed, &armed, HD_CALL_TAKEN, 0,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
    *refused = HD_CALL_CANCELLED;
  } else if (monotonic_now(call) > call->deadline) {
    *refused = HD_CALL_EXPIRED;
  } else {
    return 1;
  }
  return 0;
}

INLINE void give_up(const struct hd_call* call) {
  if (!call->park) close_pipe(call);
}

// CPython calls this between two bytecodes of the main thread.
SECTION HIDDEN int hd_trampoline_called(const struct hd_call* call, uint64_t* mask) {
  struct hd_progress* const progress = progress_of(call);
  int* error = ((int* (*)(void))call->errno_location)();
  const int saved_error = *error;
  if (progress->state == HD_CALL_RUNNING && call->pid == system_call(SYS_getpid, 0, 0, 0, 0)) {
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
    progress->route = HD_ROUTE_PENDING_CALL;
    progress->state = HD_CALL_RUNNING;
    result = run(call);
    if (result == HD_CALL_SCRIPT_RAISED) {
      raise_exception(call);
      raised = -1;
    }
  } else if (result >= 0) {
    give_up(call);
  }
  *error = saved_error;
  block_signals(mask);
  if (result >= 0) finish(call, result);
  return raised;
}

INLINE int is_shutting_down(const struct hd_call* call) {
  return (call->queue_is_finishing && *(const volatile int*)call->queue_is_finishing) ||
         (call->is_finalizing && ((int (*)(void))call->is_finalizing)());
}

INLINE int has_no_gil(const struct hd_call* call) {
  object own = ((object(*)(void))call->own_thread_state)();
  if (!own) return 0;
  if (!call->current_thread_state) return !((int (*)(void))call->gil_check)();
  return !((object(*)(void))call->current_thread_state)() &&
         (uint64_t)((object(*)(object))call->thread_interpreter)(own) == call->main_interpreter;
}

SECTION APART static void enter(const struct hd_call* call) {
  struct hd_progress* const progress = progress_of(call);
  int result = HD_CALL_QUEUE_FULL;
  int ended = 1;
  int (*const add_pending_call)(uint64_t, const void*) =
      (int (*)(uint64_t, const void*))call->add_pending_call;
  if (is_shutting_down(call)) {
    give_up(call);
    block_signals(0);
    result = HD_CALL_SHUTTING_DOWN;
  } else if (call->may_run_in_syscall && has_no_gil(call)) {
    progress->state = HD_CALL_WAITING;
    int gil = ((int (*)(void))call->gil_ensure)();
    if (take(call, &result)) {
      progress->route = HD_ROUTE_IN_SYSCALL;
      progress->state = HD_CALL_RUNNING;
      result = run(call);
      // An exception is no use here: the main thread is in a system call.
      ended = result != HD_CALL_SCRIPT_RAISED || add_pending_call(call->pending_callback, call) != 0;
    } else {
      ended = result >= 0;
      if (ended) give_up(call);
    }
    ((void (*)(int))call->gil_release)(gil);
    block_signals(0);  // rt_sigreturn unblocks them.
  } else {
    const int refused = add_pending_call(call->pending_callback, call);
    block_signals(0);
    if (refused == 0) {
      // Not before: the tool takes a queued call back, and this code with it.
      progress->state = HD_CALL_QUEUED;
      ended = 0;
    } else {
      give_up(call);
    }
  }
  if (ended) finish(call, result);
}

SECTION HIDDEN void hd_trampoline_enter(const struct hd_call* call) {
  int* error = ((int* (*)(void))call->errno_location)();
  const int saved_error = *error;
  enter(call);
  *error = saved_error;
}

__asm__(
    ".pushsection hd_trampoline,\"ax\",@progbits\n"
    ".globl hd_trampoline_script_start\n.hidden hd_trampoline_script_start\n"
    "hd_trampoline_script_start:\n"
    ".popsection\n");

SECTION APART static void close_pipe(const struct hd_call* call) {
  const struct hd_script* const script = &call->script;
  uint64_t stat[18];
  if (system_call(SYS_fstat, script->fd, (long)stat, 0, 0) == 0 && stat[0] == script->fd_device &&
      stat[1] == script->fd_inode) {
    system_call(SYS_close, script->fd, 0, 0, 0);
  }
}

// The exception that the script left, a new reference; null if it left none.
SECTION static object take_exception(const struct hd_script* script) {
  object exception = ((object(*)(const char*))script->sys_get_object)(script->exception_name);
  if (exception) {
    ((void (*)(object))script->inc_ref)(exception);
    ((int (*)(const char*, object))script->sys_set_object)(script->exception_name, 0);
  }
  return exception;
}

// Runs the script, with the GIL held.
SECTION APART static int run_script(const struct hd_call* call) {
  const struct hd_script* const script = &call->script;
  if ((uint64_t)__builtin_frame_address(0) < script->lowest_stack) {
    close_pipe(call);
    return HD_CALL_NO_STACK;
  }
  // Signals wait until the script is done.
  const uint64_t kPipe = 1ull << 12;
  uint64_t before, pending_before = 0, pending = 0;
  block_signals(&before);
  system_call(SYS_rt_sigpending, (long)&pending_before, 8, 0, 0);

  // No trace or profile function, nor sys.monitoring, sees the script.
  object thread = ((object(*)(void))script->thread_state_get)();
  int* tracing = (int*)((char*)thread + script->tracing_offset);
  if (script->tracing_offset) {
    ++*tracing;
  } else {
    ((void (*)(object))script->enter_tracing)(thread);
  }

  // The script is not the program's recursion. Were it to come to the limit, a program before 3.10 that has
  // caught a RecursionError would be ended at its next one.
  int* const recursion = (int*)((char*)thread + script->recursion_offset);
  int depth[2] = {0, 0};
  if (script->recursion_offset) {
    depth[0] = recursion[0];
    depth[1] = recursion[1];
    recursion[0] = 0;
  }

  // The script has a dict of its own, which it knows as `space`, and no builtins but those that it finds:
  // what a program has replaced in its builtins does not see the script.
  int result = HD_CALL_NOT_RUN;
  object globals = ((object(*)(void))script->dict_new)();
  object builtins = ((object(*)(void))script->dict_new)();
  int (*set_item)(object, const char*, object) = (int (*)(object, const char*, object))script->dict_set_item;
  if (globals && builtins && set_item(globals, script->builtins_name, builtins) == 0 &&
      set_item(globals, script->space_name, globals) == 0) {
    const int kFileInput = 257;  // Py_file_input, part of the stable ABI
    object value = ((object(*)(const char*, int, object, object, void*))script->run_string)(
        (const char*)script->text, kFileInput, globals, globals, 0);
    if (value) {
      result = HD_CALL_RAN;
      ((void (*)(object))script->dec_ref)(value);
      object exception = take_exception(script);
      *(object*)script->exception = exception;
      if (exception) result = HD_CALL_SCRIPT_RAISED;
    } else {
      ((void (*)(void))script->error_clear)();
    }
    // It refers to itself: cleared, it goes at once instead of waiting for the collector.
    ((void (*)(object))script->dict_clear)(globals);
  }
  ((void (*)(object))script->dec_ref)(builtins);
  ((void (*)(object))script->dec_ref)(globals);

  if (script->recursion_offset) {
    recursion[0] = depth[0];
    recursion[1] = depth[1];
  }
  if (script->tracing_offset) {
    --*tracing;
  } else {
    ((void (*)(object))script->leave_tracing)(thread);
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

SECTION APART static void raise_exception(const struct hd_call* call) {
  const struct hd_script* const script = &call->script;
  object exception = *(object*)script->exception;
  object type = ((object*)exception)[1];  // PyObject.ob_type
  ((void (*)(object, object))script->error_set_object)(type, exception);
  ((void (*)(object))script->dec_ref)(exception);
}

__asm__(
    ".pushsection hd_trampoline,\"ax\",@progbits\n"
    ".globl hd_trampoline_end\n.hidden hd_trampoline_end\n"
    "hd_trampoline_end:\n"
    ".popsection\n");
