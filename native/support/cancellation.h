#pragma once
#include <atomic>
#include <mutex>
#include <string>

#include "support/error.h"

namespace heapdump {

// The wish, from another thread, that what is under way be given up.
class Cancellation {
 public:
  void request(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (requested_) return;
    reason_ = reason;
    requested_ = true;
  }
  void reset() { requested_ = false; }

  bool requested() const { return requested_; }
  // Throws Error(kCaptureFailed) with the reason.
  void check() const {
    if (!requested_) return;
    const std::lock_guard lock(mutex_);
    throw Error(ExitCode::kCaptureFailed, reason_);
  }

 private:
  std::atomic<bool> requested_ = false;
  mutable std::mutex mutex_;
  std::string reason_;
};

}  // namespace heapdump
