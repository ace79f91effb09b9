#pragma once
#include <sys/types.h>

#include <vector>

#include "tracee/remote.h"

namespace heapdump {

// Snapshot processes of earlier heapdumps that were killed: they have ended, and wait for their parent to
// ask. Their ids as the target sees them.
std::vector<pid_t> find_leftover_zombies(pid_t target);

// Whether one is still at work, or about to end.
bool has_living_snapshot(pid_t target);

// Has the target wait for a child of it that has ended. False if its end has not come to the target yet.
bool reap(RemoteCalls& calls, pid_t id_in_target);

}  // namespace heapdump
