#pragma once

namespace heapdump {

// What a capture is doing: stopping threads, waiting for a safe point, taking the records, putting the target
// back.
enum class CaptureState { kStopping, kWaiting, kRunning, kCleaning };

}  // namespace heapdump
