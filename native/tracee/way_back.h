#pragma once
#include <cstdint>
#include <optional>

#include "process/memory.h"
#include "tracee/gadgets.h"
#include "tracee/registers.h"
#include "tracee/stopped_thread.h"

namespace heapdump {

// Writes on a stopped thread's stack, below its red zone, the return frame (signal_frame.h) with which it
// goes on as it was. Returns the frame's address; what is below it is free.
//
// A wait with a time-out is made again with what remains of it, if that is known, and else ends with EINTR.
uint64_t write_way_back(const Memory& memory, StoppedThread& thread, uint64_t signal_return, Resume how);

// The instruction that a stopped thread comes to when it has left what a tool that died has set it to do: the
// call that it is in, and the return frames behind it. Nothing if that cannot be read.
std::optional<uint64_t> instruction_after_frames(const Memory& memory, const Gadgets& gadgets,
                                                 const Registers& registers);

}  // namespace heapdump
