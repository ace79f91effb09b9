// Getting out of work that fails. The registers that a function must keep lie on the stack of hd_guarded; the
// tool enters hd_recover with rsp there, and the guarded call then has returned what rax says.
#include "walk/output.h"
#include "walk/walker.h"

__asm__(
    ".text\n"
    ".globl hd_guarded, hd_recover\n"
    ".hidden hd_guarded, hd_recover\n"
    ".type hd_guarded, @function\n"
    "hd_guarded:\n"
    "  push %rbx\n"
    "  push %rbp\n"
    "  push %r12\n"
    "  push %r13\n"
    "  push %r14\n"
    "  push %r15\n"
    "  push %rdi\n"
    "  mov %rsp, (%rdi)\n"
    "  mov %rdx, %rdi\n"
    "  call *%rsi\n"
    "  xor %eax, %eax\n"
    "hd_recover:\n"
    "  cld\n"
    "  pop %rdi\n"
    "  movq $0, (%rdi)\n"
    "  pop %r15\n"
    "  pop %r14\n"
    "  pop %r13\n"
    "  pop %r12\n"
    "  pop %rbp\n"
    "  pop %rbx\n"
    "  ret\n");

void hd_fail(struct hd_walker* w, int failure) {
  __asm__ volatile(
      "mov %0, %%rsp\n"
      "jmp hd_recover"
      :
      : "r"(w->walk->recover_stack), "a"(failure)
      : "memory");
  __builtin_unreachable();
}

void hd_stop(struct hd_walker* w, const char* status) {
  if (!w->status) w->status = status;
  if (!w->walk->recover_stack) hd_exit(1);
  hd_fail(w, HD_WALK_STOPPED);
}

struct attempt {
  struct hd_walker* w;
  void (*body)(struct hd_walker*, uint64_t);
  uint64_t argument;
};

static void run(void* argument) {
  const struct attempt* const attempt = argument;
  attempt->body(attempt->w, attempt->argument);
}

static void record_failure(struct hd_walker* w, uint32_t phase, int failure) {
  struct hd_type_info* const type = w->current_type;
  if (w->examined || !type) return;
  if (phase != HD_WALK_FOREIGN) {
    type->unreadable++;
    return;
  }
  // Once more, without tp_traverse: the words of it that have names are known, and what was reported until
  // then.
  if (w->walk->object != w->failed_traverse && !w->stream_left && w->ring_tail) {
    w->failed_traverse = w->walk->object;
    if (w->visited_count > HD_MAX_REFERENCES) w->visited_count = HD_MAX_REFERENCES;
    w->ring_tail--;
  }
  if (failure == HD_WALK_HANG) {
    type->hangs++;
  } else {
    type->faults++;
  }
  if (type->hangs > 0 || type->faults >= HD_MAX_FAULTS) {
    type->traverse = 0;
    type->traverse_disabled = 1;
  }
}

int hd_attempt(struct hd_walker* w, void (*body)(struct hd_walker*, uint64_t), uint64_t argument) {
  struct attempt attempt = {w, body, argument};
  hd_set_phase(w, HD_WALK_READING);
  const int failure = hd_guarded(&w->walk->recover_stack, run, &attempt);
  const uint32_t phase = hd_set_phase(w, HD_WALK_OWN);
  if (failure) {
    hd_step(w);
    if (failure != HD_WALK_STOPPED) record_failure(w, phase, failure);
    hd_reject_type(w);
    hd_discard_partial_output(w);
    w->current_type = 0;
  }
  return failure;
}
