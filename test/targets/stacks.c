/* A main thread on a stack that is not its own: what lies below is other data of the program; and one whose
   stack is almost full. Without Python's headers: it is loaded with ctypes. */
#define _GNU_SOURCE
#include <alloca.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <ucontext.h>

enum { DATA = 65536, STACK = 16384, PATTERN = 0x5a };

static ucontext_t outside, coroutine;
static unsigned char* data;

static void body(void) {
  for (;;) {
    struct timespec time = {0, 20000000};
    nanosleep(&time, 0);
    swapcontext(&coroutine, &outside);
  }
}

void make_coroutine(void) {
  data = malloc(DATA + STACK);
  memset(data, PATTERN, DATA + STACK);
  getcontext(&coroutine);
  coroutine.uc_stack.ss_sp = data + DATA;
  coroutine.uc_stack.ss_size = STACK;
  makecontext(&coroutine, body, 0);
}

void run_coroutine(void) { swapcontext(&outside, &coroutine); }

long overwritten(void) {
  long count = 0;
  for (int i = 0; i < DATA; i++) count += data[i] != PATTERN;
  return count;
}

/* Calls `function` where `left` bytes of the stack are left; `end` is the address of its end. */
void call_deep(long left, uint64_t end, void (*function)(void)) {
  struct rlimit limit;
  getrlimit(RLIMIT_STACK, &limit);
  long size = (char*)__builtin_frame_address(0) - (char*)(end - limit.rlim_cur) - left;
  volatile char* taken = alloca(size);
  for (long i = size - 1; i >= 0; i -= 1024) taken[i] = 1;
  function();
}
