#include "heap/runs.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "heap/label.h"
#include "protocol.h"

namespace heapdump {
namespace {

// References of an object that are looked at.
constexpr uint64_t kMostPositions = 64;

// Under what an object has what it runs.
struct Runs {
  std::string_view label;
  bool of_any_class;  // else of types of C, and of classes that have it in a slot
};
// The last is that of a task of trio.
constexpr Runs kRuns[] = {
    {"_coro", true}, {"_callback", true}, {"__func__", false}, {"func", false}, {"coro", false}};
// A handle has a method, or a partial of one.
constexpr int kMostRuns = 3;

uint32_t code_of(const HeapIndex& heap, uint32_t id, int depth) {
  if (const auto content = heap.content(id)) return depth == 0 || content->is_text ? kNone : id;
  if (depth > kMostRuns) return kNone;
  const Range rows = heap.positions(id);
  uint32_t found = kNone;
  for (uint64_t at = 0; at < std::min(rows.size(), kMostPositions); ++at) {
    const uint32_t value = heap.target(rows.begin + at);
    const auto label = value == kNone ? std::nullopt : label_of(heap, id, at);
    if (!label) continue;
    const uint8_t kind = heap.kind(id, at);
    const bool is_own = kind == HD_REF_FIELD || kind == HD_REF_SLOT;
    if (std::ranges::any_of(
            kRuns, [&](const Runs& runs) { return *label == runs.label && (runs.of_any_class || is_own); }))
      found = code_of(heap, value, depth + 1);
  }
  return found;
}

}  // namespace

uint32_t code_of(const HeapIndex& heap, uint32_t id) { return code_of(heap, id, 0); }

std::string_view code_file(const HeapIndex& heap, uint32_t code) {
  const auto content = heap.content(code);
  if (!content || content->cut || content->is_text) return {};
  const size_t space = content->bytes.find(' '), colon = content->bytes.rfind(':');
  if (space == std::string_view::npos || colon == std::string_view::npos || colon < space) return {};
  return content->bytes.substr(space + 1, colon - space - 1);
}

std::string code_place(const HeapIndex& heap, uint32_t code) {
  const auto content = heap.content(code);
  if (!content) return {};
  const size_t space = content->bytes.find(' ');
  const std::string name(content->bytes.substr(0, space));
  if (space == std::string_view::npos || content->cut) return name;
  const std::string_view place = content->bytes.substr(space + 1);
  const size_t slash = place.rfind('/');
  return name + " " + std::string(place.substr(slash == std::string_view::npos ? 0 : slash + 1));
}

}  // namespace heapdump
