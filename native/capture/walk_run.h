#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "capture/capture_handlers.h"
#include "capture/snapshot_process.h"
#include "capture/walker_mapping.h"
#include "support/cancellation.h"
#include "support/time.h"

namespace heapdump {

// The walker at work: its output is read, and it is led out of faults and hangs in code that is not its own.
class WalkRun {
 public:
  // `on_wait` is called at least every millisecond.
  WalkRun(Child& child, const SnapshotProcess& process, const WalkerMapping& mapping,
          const Cancellation& cancellation, const CaptureHandlers& handlers, std::function<void()> on_wait);

  // Lets the walker begin, and returns when it has ended as it should. Throws Error(kCaptureFailed) if it
  // has not, or is to be given up, or what `on_bytes` throws; the process then is still to be killed.
  void run();

 private:
  // How far the walker was at the last look: by it, one that hangs is recognized.
  struct LastLook {
    uint64_t steps;
    std::chrono::nanoseconds processor_time;
    TimePoint awake_at;
  };

  bool read_pipe();
  void handle(const Child::Stop& stop);
  void check_end(const Child::Stop& end);
  void recover(int signal, hd_walk_failure failure);
  void watch();
  bool hangs(const hd_walk& now);
  hd_walk walk() const;

  Child& child_;
  const SnapshotProcess& process_;
  const WalkerMapping& mapping_;
  const Cancellation& cancellation_;
  const CaptureHandlers& handlers_;
  std::function<void()> on_wait_;
  std::vector<uint8_t> buffer_;
  bool ended_ = false;
  bool stop_asked_ = false;
  LastLook last_{};
  TimePoint next_look_{};
  uint64_t steps_at_fault_ = 0;
  int faults_without_a_step_ = 0;
};

}  // namespace heapdump
