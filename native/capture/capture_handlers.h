#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

#include "capture/capture_state.h"
#include "capture/symbols.h"
#include "python/layouts.h"

namespace heapdump {

// What is done with the output of a capture, and whom it tells what it is doing.
struct CaptureHandlers {
  // The bytes as they come. It may throw: the capture is then given up, the target cleaned, and the exception
  // goes on.
  std::function<void(const uint8_t* bytes, size_t size)> on_bytes;
  // False while `on_bytes` could not take more without a wait.
  std::function<bool()> has_room;
  std::function<void(CaptureState)> on_state;
  // Where the CPython in which a script is about to run keeps what; may be empty.
  std::function<void(const CPythonLayout&)> on_layout{};
  // What names the addresses in the bytes that come; may be empty.
  std::function<void(Symbols&)> on_symbols{};
};

}  // namespace heapdump
