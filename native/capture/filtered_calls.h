#pragma once
#include <string>

#include "capture/inspection.h"
#include "tracee/stopped_thread.h"

namespace heapdump {

// What a thread does in the trampoline, where it is not traced and its filters are in force.
enum class TrampolineWork { kParking, kScript };

// The name of a system call that it makes there and that its filters kill it for; empty if they do not, or if
// that is not known.
std::string find_deadly_call(const Inspection& target, const StoppedThread& thread, TrampolineWork work);

}  // namespace heapdump
