#include "heap/other_names.h"

#include <algorithm>

#include "heap/path_step.h"
#include "heap/root_path.h"
#include "protocol.h"

namespace heapdump {
namespace {

constexpr uint64_t kMostLooked = 1 << 16;

}  // namespace

std::vector<std::string> other_names(const HeapIndex& heap, uint32_t id) {
  std::vector<std::string> names;
  const Range referrers = heap.referrers(id);
  const uint64_t end = std::min(referrers.end, referrers.begin + kMostLooked);
  for (uint64_t row = referrers.begin; row < end; ++row) {
    const auto [dict, position] = heap.referrer(row);
    if (dict == kNone || dict == heap.path_parent(id)) continue;
    const uint32_t module = namespace_holder(heap, dict);
    if (module == kNone || root_kind(heap, module) != HD_ROOT_MODULE) continue;
    const PathStep step{dict, position, false};
    if (kind_of(heap, step) != HD_REF_VALUE) continue;
    names.push_back(format_path(heap, module) + format_step(heap, step, module));
  }
  std::ranges::sort(names);
  const auto again = std::ranges::unique(names);
  names.erase(again.begin(), again.end());
  return names;
}

}  // namespace heapdump
