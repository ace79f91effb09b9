#pragma once

namespace heapdump {

// Ends the tool with SIGKILL at the step that the environment variable HEAPDUMP_FAULT names. The tests of
// what becomes of the target when the tool dies (test/integration/faults.test.ts) go through all of them.
void fault_point(const char* step);

}  // namespace heapdump
