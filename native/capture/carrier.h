#pragma once
#include "capture/inspection.h"
#include "tracee/stopped_thread.h"

namespace heapdump {

// Whether a thread that is stopped can make system calls for the tool: it is not in a restartable sequence,
// and there is room for the frames below its stack pointer. Throws Error(kCannotAttach) if it has a shadow
// stack.
bool can_make_calls(const Inspection& target, const StoppedThread& thread);

}  // namespace heapdump
