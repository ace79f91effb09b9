#pragma once
#include <string>

#include "capture/inspection.h"
#include "tracee/stopped_thread.h"

namespace heapdump {

// What a thread does in the trampoline, where it is not traced and its filters are in force.
enum class TrampolineWork { kParking, kScript };

// The name of a system call for which its filters kill it there, or which they refuse although it cannot do
// without it; empty if there is none, or if that is not known.
std::string find_forbidden_call(const Inspection& target, const StoppedThread& thread, TrampolineWork work);

}  // namespace heapdump
