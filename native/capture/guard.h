#pragma once
#include <sys/types.h>

#include "capture/inspection.h"
#include "support/unique_fd.h"

namespace heapdump {

// A process beside the tool that looks after the target while the tool holds something of it: if the tool is
// stopped (SIGSTOP), it has it go on; if the tool is killed, it takes out of the target what was left there.
// If it cannot be started, the capture goes on without.
class Guard {
 public:
  explicit Guard(const Inspection& target);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // It goes on trying to take out what the tool could not, also when the tool has ended.
  void take_over();

 private:
  pid_t pid_ = -1;
  // Its other end is the guard's: closed without a word, the tool has died.
  UniqueFd pipe_;
};

}  // namespace heapdump
