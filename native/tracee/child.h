#pragma once
#include <chrono>
#include <functional>
#include <optional>

#include "tracee/tracee.h"

namespace heapdump {

// Owns a process that a target was made to clone, traced from its first instruction, of which the target
// shall see nothing. The destructor kills it; what then remains is a zombie, for the target to wait for.
class Child : public Tracee {
 public:
  // Waits until the child has stopped for the first time.
  Child(pid_t id, bool suspends_filters);
  ~Child() override;

  // From here on it dies with the tool.
  void die_with_tool();

  struct Stop {
    bool ended;
    // Of an end: the exit status, or minus the signal that killed it. Else the signal that is about to be
    // delivered; 0 for a stop that we asked for.
    int signal_or_status;
  };
  // Nothing while it runs.
  std::optional<Stop> poll();
  // Goes on; a signal that was about to be delivered is not.
  void resume();
  // Asks for a stop, which `poll` then returns.
  void interrupt();
  // Whatever `steps` fail with when it has ended under them, what is thrown says that it has.
  void run(const std::function<void()>& steps);
  // Kills it, and waits for its end.
  void kill();
  // What may have killed it, to follow "was killed".
  std::string cause() const;

 private:
  [[noreturn]] void throw_ended() const override;
  std::optional<int> wait(std::chrono::nanoseconds time) const;

  bool ended_ = false;
};

}  // namespace heapdump
