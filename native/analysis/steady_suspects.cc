#include "analysis/steady_suspects.h"

#include <algorithm>
#include <unordered_set>

#include "heap/path_up.h"

namespace heapdump {
namespace {

// So many before the dump before the last, and so many after it, where neither number is more than so many
// times the other.
constexpr uint64_t kSteady = 20;
constexpr uint64_t kSteadyRatio = 4;

bool comes_steadily(const Growth& growth, const Suspect& suspect) {
  if (suspect.kind != SuspectKind::kGroup) return false;
  uint64_t earlier = 0, later = 0;
  for (const uint32_t member : suspect.members) {
    if (!growth.is_new(member)) continue;
    (growth.was_before(member) ? earlier : later)++;
  }
  const auto [less, more] = std::minmax(earlier, later);
  return less >= kSteady && more <= kSteadyRatio * less;
}

bool is_part_of(const HeapIndex& heap, const TypeRoles& roles, const Suspect& small,
                const std::vector<Suspect>& large, const std::unordered_set<uint32_t>& known) {
  for (const uint32_t at : heap.path_up(small.members.front())) {
    if (known.contains(at)) return true;
  }
  const bool many_places = has_names(heap, roles, small.place);
  return std::ranges::any_of(large, [&](const Suspect& suspect) {
    if (suspect.members.empty()) return false;
    if (suspect.place == small.place && !many_places) return true;
    for (const uint32_t at : heap.path_up(suspect.members.front())) {
      if (std::ranges::binary_search(small.members, at)) return true;
    }
    return false;
  });
}

}  // namespace

void keep_steady(const HeapIndex& heap, const Growth& growth, const TypeRoles& roles,
                 const std::vector<Suspect>& large, int64_t bar, std::vector<Suspect>& small) {
  std::unordered_set<uint32_t> known;
  for (const Suspect& suspect : large) known.insert(suspect.members.begin(), suspect.members.end());
  std::erase_if(small, [&](const Suspect& suspect) {
    return suspect.growth >= bar || !comes_steadily(growth, suspect) ||
           is_part_of(heap, roles, suspect, large, known);
  });
}

}  // namespace heapdump
