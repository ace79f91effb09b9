#pragma once
#include <cstdint>
#include <optional>

#include "capture/inspection.h"
#include "tracee/stopped_thread.h"

namespace heapdump {

// The lowest address that a thread which is stopped may use of its stack. Nothing if it is not on the stack
// that it was made with: a coroutine, Go, a signal handler on a stack of its own, an emulator. What lies
// below the stack pointer may be anything then.
std::optional<uint64_t> lowest_of_stack(const Inspection& target, const StoppedThread& thread);

// Whether a thread that is stopped can make system calls for the tool: it is not in a restartable sequence,
// and there is room for the frames below its stack pointer. Throws Error(kCannotAttach) if it has a shadow
// stack.
bool can_make_calls(const Inspection& target, const StoppedThread& thread);

// Lets a wait of a stopped thread, which the kernel gave up at the stop, go on with what remains of its
// timeout (StoppedThread::shorten_wait), where the thread's stack can be written to.
void shorten_wait(const Inspection& target, StoppedThread& thread);

}  // namespace heapdump
