#pragma once
#include <sys/types.h>

#include <cstdint>

#include "process/memory.h"
#include "tracee/registers.h"

namespace heapdump {

// Writes a ucontext at `ucontext` and its floating-point state at `extended` (64-byte aligned) such that an
// rt_sigreturn with the stack pointer at `ucontext` puts the stopped thread `tid` back to `registers`, its
// present extended state (x87, SSE, AVX, …) and the signal mask `mask`; its alternate signal stack stays as
// it is.
void write_signal_frame(const Memory& memory, pid_t tid, uint64_t ucontext, uint64_t extended,
                        const Registers& registers, uint64_t mask);

// Where an rt_sigreturn with the stack pointer at `ucontext` leads to: the instruction and the stack pointer.
// False if that cannot be read.
bool read_signal_frame(const Memory& memory, uint64_t ucontext, uint64_t* instruction,
                       uint64_t* stack_pointer);

// Bytes that suffice for the extended state of any x86_64 processor.
constexpr uint64_t kExtendedStateRoom = 0x3000;

// Below its stack pointer, what a function may use without telling.
constexpr uint64_t kRedZone = 128;

// Bytes of stack that a return frame takes.
constexpr uint64_t kReturnFrameSize = 512 + kExtendedStateRoom;

// Writes at `stack` (64-byte aligned) what makes a `ret` with the stack pointer at `stack` continue with
// `registers` and `mask`, through the rt_sigreturn at `signal_return`. Such frames can lead to one another:
// registers that make a system call at `syscall; ret` go on with the frame that their stack pointer is at.
void write_return_frame(const Memory& memory, pid_t tid, uint64_t stack, uint64_t signal_return,
                        const Registers& registers, uint64_t mask);

}  // namespace heapdump
