#pragma once

namespace heapdump {

// Ends the tool with SIGKILL at the step that the environment variable HEAPDUMP_FAULT names, or if that says
// `late` behind it (`infected,late`) holds it up there for half a second. The tests of what becomes of the
// target when the tool dies go through all of them.
void fault_point(const char* step);

// Whether it says `alone` behind the step (`cloned,alone`): no other process of the tool shall be there to
// clean up.
bool fault_without_guard();

// Other processes of the tool do not end at that step.
void forget_fault();

}  // namespace heapdump
