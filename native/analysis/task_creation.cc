#include "analysis/task_creation.h"

#include <algorithm>
#include <charconv>

#include "heap/attributes.h"
#include "heap/runs.h"

namespace heapdump {
namespace {

// Code objects of a file that are looked at for its name.
constexpr uint64_t kMostReferrers = 64;

std::string text_of(const HeapIndex& heap, uint32_t id) {
  const auto content = id == kNone ? std::nullopt : heap.content(id);
  return content && content->is_text && !content->cut ? std::string(content->bytes) : std::string();
}

uint32_t number_of(const HeapIndex& heap, uint32_t id) {
  const auto content = id == kNone ? std::nullopt : heap.content(id);
  uint32_t number = 0;
  if (content && !content->is_text && !content->cut)
    std::from_chars(content->bytes.data(), content->bytes.data() + content->bytes.size(), number);
  return number;
}

}  // namespace

TaskCreations::TaskCreations(const HeapIndex& heap) : heap_(heap) {
  for (const ModuleRow& module : heap.modules()) {
    if (heap.text(module.name) != "asyncio") continue;
    const std::string_view file = heap.text(module.file);
    asyncio_ = file.substr(0, file.rfind('/') + 1);
  }
}

Creation TaskCreations::of(uint32_t task) const {
  if (const uint32_t stack = attribute_of(heap_, task, "_source_traceback"); stack != kNone) {
    if (Creation found = in_stack(stack); !found.file.empty()) return found;
  }
  if (const uint32_t site = heap_.site(task); site != kNone) return in_site(site);
  return {};
}

// A traceback.StackSummary: a list, the innermost frame last.
Creation TaskCreations::in_stack(uint32_t stack) const {
  Creation innermost;
  const Range rows = heap_.positions(stack);
  for (uint64_t row = rows.end; row > rows.begin; --row) {
    const uint32_t frame = heap_.target(row - 1);
    if (frame == kNone || heap_.type_name(frame) != "traceback.FrameSummary") continue;
    Creation found = in_frame(frame);
    if (!found.file.empty() && !is_own(found.file)) return found;
    if (innermost.file.empty()) innermost = std::move(found);
  }
  return innermost;
}

Creation TaskCreations::in_frame(uint32_t frame) const {
  const uint32_t name = attribute_of(heap_, frame, "filename");
  return {name == kNone ? std::string() : file(name), text_of(heap_, attribute_of(heap_, frame, "name")),
          number_of(heap_, attribute_of(heap_, frame, "lineno"))};
}

Creation TaskCreations::in_site(uint32_t site) const {
  const auto frames = heap_.site_frames(site);
  const auto outside = std::ranges::find_if(
      frames, [&](const SiteFrameRow& frame) { return !is_own(heap_.text(frame.file)); });
  const SiteFrameRow& frame = outside == frames.end() ? frames.front() : *outside;
  return {std::string(heap_.text(frame.file)), std::string(heap_.text(frame.function)), frame.line};
}

// The whole name of a file, of which a dump may have only the beginning: code objects with the same str have
// all of it.
std::string TaskCreations::file(uint32_t name) const {
  if (std::string whole = text_of(heap_, name); !whole.empty()) return whole;
  const Range rows = heap_.referrers(name);
  for (uint64_t row = rows.begin; row < std::min(rows.end, rows.begin + kMostReferrers); ++row) {
    const uint32_t code = heap_.referrer(row).source;
    if (code == kNone || heap_.type_name(code) != "code") continue;
    if (const std::string_view found = code_file(heap_, code); !found.empty()) return std::string(found);
  }
  return {};
}

bool TaskCreations::is_own(std::string_view file) const {
  return !asyncio_.empty() && file.starts_with(asyncio_);
}

}  // namespace heapdump
