#pragma once
#include <sys/types.h>

#include "capture/inspection.h"
#include "capture/pause_stats.h"
#include "support/time.h"
#include "tracee/remote.h"

namespace heapdump {

// Has the target wait for a child of it that has ended, by whichever of its threads can be stopped for it.
// False if none can until `deadline`.
bool reap_with_any_thread(const Inspection& target, const Gadgets& gadgets, pid_t id_in_target,
                          PauseStats& pauses, Deadline deadline);

// Takes out of a process what a heapdump that was killed has left in it: snapshot processes that have ended,
// and trampolines. False if something stays, since it cannot be taken out until `deadline`.
bool remove_leftovers(const Inspection& target, const Gadgets& gadgets, PauseStats& pauses,
                      Deadline deadline);

// The same, by a process that outlives a tool which has just been killed. It takes as long as it takes, but a
// minute at most.
void remove_leftovers_of_killed_tool(pid_t target, uint64_t target_start_ticks);

}  // namespace heapdump
