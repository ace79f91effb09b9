// What the tool and its trampoline in the target tell each other.
#ifndef HEAPDUMP_TRAMPOLINE_H
#define HEAPDUMP_TRAMPOLINE_H

#include <stdint.h>

enum hd_call_state {
  HD_CALL_PLACED = 0,    // the tool has written it; the main thread has not been sent to it, or has not come
  HD_CALL_STARTING = 1,  // the main thread has entered: its first instruction there says so
  HD_CALL_WAITING = 2,   // for the GIL
  HD_CALL_QUEUED = 3,    // in CPython's queue of pending calls, and no longer inside CPython
  HD_CALL_RUNNING = 4,
  HD_CALL_PARKED = 5,  // at a safe point, with the GIL
  // The last thing that the trampoline writes, with signals blocked: what is left of it needs no more than
  // its code, and is over once the thread's instruction pointer is elsewhere.
  HD_CALL_DONE = 6,
};

enum hd_call_permission {
  HD_CALL_DISARMED = 0,  // cancelled by the tool
  HD_CALL_ARMED = 1,
  HD_CALL_TAKEN = 2,       // by the trampoline, once
  HD_CALL_TAKEN_BACK = 3,  // by the tool, out of the queue
};

enum hd_call_result {
  HD_CALL_RAN = 0,
  HD_CALL_QUEUE_FULL = 1,
  HD_CALL_CANCELLED = 2,
  HD_CALL_EXPIRED = 3,
  HD_CALL_NOT_RUN = 4,        // the script could not be compiled: out of memory
  HD_CALL_SCRIPT_RAISED = 5,  // an exception of the target's own (a signal handler's); it was handed back
  HD_CALL_NO_STACK = 6,       // the thread's stack is almost full
  HD_CALL_SHUTTING_DOWN = 7,  // the interpreter, which takes no calls any more
};

enum hd_call_route { HD_ROUTE_PENDING_CALL = 1, HD_ROUTE_IN_SYSCALL = 2 };

// What changes: in memory that the trampoline can write.
struct hd_progress {
  volatile uint8_t armed;  // enum hd_call_permission
  volatile uint8_t state;
  volatile uint8_t result;
  volatile uint8_t route;
  // The main thread, which is held, is to go on.
  volatile uint8_t released;
  uint8_t reserved[3];
};

// For a script only.
struct hd_script {
  // The pipe's write end, closed after the script unless it has become another file.
  int64_t fd;
  uint64_t fd_device;
  uint64_t fd_inode;
  uint64_t text;
  // A stack pointer below this leaves no room for a script.
  uint64_t lowest_stack;
  // Where the trampoline keeps an exception that is the program's own: a word of memory that it can write.
  uint64_t exception;
  // Names in the script's dict.
  char builtins_name[16];
  char space_name[8];
  // Under this name of `sys` the script leaves an exception that is the program's own.
  char exception_name[32];
  // Distance of PyThreadState.tracing from its start; 0 if enter_tracing and leave_tracing exist (3.11+).
  uint64_t tracing_offset;
  // Of PyThreadState.recursion_depth, and what says that it is too high behind it; 0 from 3.11 on.
  uint64_t recursion_offset;

  uint64_t run_string;
  uint64_t dict_new;
  uint64_t dict_set_item;
  uint64_t dict_clear;
  uint64_t dec_ref;
  uint64_t inc_ref;
  uint64_t sys_get_object;
  uint64_t sys_set_object;
  uint64_t error_clear;
  uint64_t error_set_object;
  uint64_t thread_state_get;
  uint64_t enter_tracing;
  uint64_t leave_tracing;
};

// What the tool tells the trampoline. It lies before the trampoline's code, which only reads it.
struct hd_call {
  uint64_t magic;
  uint64_t progress;
  // The place at which libc has `syscall; ret`: the callback ends in it, which unblocks signals and returns
  // to CPython.
  uint64_t system_call_return;
  // Nothing runs after this time (CLOCK_MONOTONIC, nanoseconds): a call that the tool queued before it died.
  int64_t deadline;
  // The target's pid as it sees itself. A child that it forks inherits the queue, and must not run it.
  int64_t pid;
  // 1: the thread was blocked in a system call, so it may take the GIL itself if it has released it.
  int64_t may_run_in_syscall;
  // The main interpreter: what a thread of another one would be taken over for is not known.
  uint64_t main_interpreter;
  // Not 0: instead of running a script the main thread waits, holding the GIL, until it is released; at most
  // so many nanoseconds, since the tool may have died.
  int64_t park;
  uint64_t pending_callback;
  // What is mapped for a script, or is about to be; 0 if nothing is.
  uint64_t data;
  uint64_t data_size;
  // The tool: its pid in its pid namespace (an inode), and when it began, in clock ticks since the boot.
  uint64_t tool_namespace;
  int64_t tool_pid;
  uint64_t tool_start;

  uint64_t errno_location;
  uint64_t clock_gettime;
  uint64_t add_pending_call;
  // Whether the interpreter is shutting down: a function, and an int, or 0. A thread that asks for the GIL
  // then is ended by CPython, and a call that is brought to the queue can run code of the program.
  uint64_t is_finalizing;
  uint64_t queue_is_finishing;
  // How a thread knows that it has no GIL: PyGILState_Check is 0, or if each thread keeps its present
  // state for itself (3.12+), PyThreadState_GetUnchecked is. The former cannot tell once there were several
  // interpreters. A thread that has never run Python has no state of its own, and is not led to the GIL.
  uint64_t gil_check;
  uint64_t current_thread_state;
  uint64_t own_thread_state;
  uint64_t thread_interpreter;
  uint64_t gil_ensure;
  uint64_t gil_release;

  struct hd_script script;
};

// "heapdump" in memory.
#define HD_CALL_MAGIC 0x706d756470616568ull

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(hidden)

// The trampoline's code: position-independent, copied into the target as it is; for parking as far as the
// part that runs scripts.
extern const unsigned char hd_trampoline_start[];
extern const unsigned char hd_trampoline_script_start[];
extern const unsigned char hd_trampoline_end[];
// Entered with r12 = struct hd_call*, r13 = the stack pointer for the rt_sigreturn that ends it.
void hd_trampoline_entry(void);
// What the entry calls.
void hd_trampoline_enter(const struct hd_call* call);
// The pending call; not 0 if it has raised an exception.
int hd_trampoline_callback(void* call);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
