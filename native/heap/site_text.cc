#include "heap/site_text.h"

namespace heapdump {

std::string format_site_frame(const HeapIndex& heap, const SiteFrameRow& frame) {
  std::string text(heap.text(frame.file));
  // tracemalloc gives no line if no Python code ran.
  if (frame.line != 0) (text += ':') += std::to_string(frame.line);
  if (frame.function.length != 0) (text += " in ") += heap.text(frame.function);
  return text;
}

std::string format_site(const HeapIndex& heap, uint32_t site) {
  const auto frames = heap.site_frames(site);
  return frames.empty() ? "?" : format_site_frame(heap, frames.front());
}

}  // namespace heapdump
