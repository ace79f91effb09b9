#include "capture/leftovers.h"

#include <optional>
#include <thread>

#include "capture/carrier.h"
#include "capture/main_thread_call.h"
#include "capture/turn.h"
#include "capture/zombies.h"
#include "process/listing.h"
#include "support/fault.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kRetry = 300us;
constexpr auto kTimeToStop = 50ms;
constexpr auto kTimeToTry = 3s;
// After the tool's death the kernel lets its threads go, and ends its snapshot process.
constexpr auto kTimeToSettle = 500ms;
constexpr auto kLookEvery = 20ms;
// A script ends when it next writes.
constexpr auto kTimeToClean = 60s;

// False once it has executed another one: its memory is what the file is of that was opened before.
bool is_same_program(const Inspection& target, const Gadgets& gadgets) {
  uint8_t byte;
  return target.memory.try_get(gadgets.system_call_return, &byte);
}

}  // namespace

bool reap_with_any_thread(const Inspection& target, const Gadgets& gadgets, pid_t id_in_target,
                          PauseStats& pauses, Deadline deadline) {
  for (;; std::this_thread::sleep_for(kRetry)) {
    for (const pid_t tid : list_numbers(target.pid, "task")) {
      try {
        StoppedThread thread(tid, target.suspends_filters(), steady_clock::now() + kTimeToStop);
        bool reaped = false;
        if (can_make_calls(target, thread)) {
          RemoteCalls calls(thread, target.memory, gadgets);
          fault_point("reaping");
          reaped = reap(calls, id_in_target);
        }
        pauses.add(thread.stopped_for());
        if (reaped) return true;
      } catch (const Error&) {
        // It is tried again: one that gets a processor only now stops now, and must be let go.
      }
      if (steady_clock::now() > deadline) return false;
    }
    if (has_ended(target.pid)) return true;
    if (!is_same_program(target, gadgets)) return false;
    if (steady_clock::now() > deadline) return false;
  }
}

bool remove_leftovers(const Inspection& target, const Gadgets& gadgets, PauseStats& pauses,
                      Deadline deadline) {
  bool removed = true;
  for (const pid_t zombie : find_leftover_zombies(target.pid))
    removed = reap_with_any_thread(target, gadgets, zombie, pauses, deadline) && removed;
  const Cancellation never;
  std::optional<MainThreadCall> call;
  try {
    call.emplace(target, gadgets, pauses, never);
  } catch (const Error&) {
    return removed;  // Where nothing can be called, nothing was.
  }
  try {
    while (call->adopt()) {
      if (!call->leave(deadline)) return false;
    }
    return removed;
  } catch (const Error&) {
    return false;  // The main thread cannot be stopped now.
  }
}

void remove_leftovers_of_killed_tool(pid_t pid, uint64_t start_ticks) {
  const Cancellation never;
  const Turn turn(pid, steady_clock::now() + kTimeToClean, never);
  const TimePoint start = steady_clock::now();
  for (bool clean = false; !clean || steady_clock::now() < start + kTimeToSettle;
       std::this_thread::sleep_for(kLookEvery)) {
    clean = false;
    if (steady_clock::now() > start + kTimeToClean) return;
    const auto stat = read_stat(pid);
    if (!stat || stat->start_ticks != start_ticks || stat->state == 'Z') return;
    // What does not stop in time is let go with the thread that traces it.
    std::thread([&] {
      try {
        PauseStats pauses;
        const Inspection target(pid);
        const Gadgets gadgets = Gadgets::find(target.memory, target.maps, target.images);
        clean = remove_leftovers(target, gadgets, pauses, steady_clock::now() + kTimeToTry) &&
                !has_living_snapshot(pid);
      } catch (const Error&) {
        // The kernel has not yet let it go.
      }
    }).join();
  }
}

}  // namespace heapdump
