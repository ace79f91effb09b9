// Getting out of work that fails. The registers that a function must keep lie on the stack of hd_guarded; the
// tool enters hd_recover with rsp there, and the guarded call then has returned what rax says.
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

void hd_stop(struct hd_walker* w, const char* status) {
  if (!w->status) w->status = status;
  if (!w->walk->recover_stack) hd_exit(1);
  __asm__ volatile(
      "mov %0, %%rsp\n"
      "jmp hd_recover"
      :
      : "r"(w->walk->recover_stack), "a"(HD_WALK_STOPPED)
      : "memory");
  __builtin_unreachable();
}
