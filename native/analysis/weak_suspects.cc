#include "analysis/weak_suspects.h"

#include <algorithm>

#include "heap/path_up.h"
#include "heap/weak_referent.h"

namespace heapdump {
namespace {

// Steps that are gone up from what a weak reference refers to.
constexpr int kSteps = 64;

bool is_below(const HeapIndex& heap, const TypeRoles& roles, uint32_t id, const Suspect& suspect) {
  // All of a module is not one place.
  const uint32_t place = has_names(heap, roles, suspect.place) ? kNone : suspect.place;
  int steps = 0;
  for (const uint32_t at : heap.path_up(id)) {
    if (at == place || std::ranges::binary_search(suspect.members, at)) return true;
    if (++steps > kSteps) break;
  }
  return false;
}

// The suspect that has what most of these weak references refer to; nullptr if there is none.
Suspect* of_referents(const HeapIndex& heap, const TypeRoles& roles, const Suspect& weak,
                      std::vector<Suspect>& suspects) {
  for (Suspect& other : suspects) {
    if (&other == &weak || other.members.empty() || other.growth < weak.growth) continue;
    size_t found = 0;
    for (const uint32_t reference : weak.sample) {
      const uint32_t object = weak_referent(heap, reference);
      found += object != kNone && is_below(heap, roles, object, other);
    }
    if (found * 2 > weak.sample.size()) return &other;
  }
  return nullptr;
}

}  // namespace

void fold_weak_references(const HeapIndex& heap, const TypeRoles& roles, std::vector<Suspect>& suspects) {
  for (Suspect& suspect : suspects) {
    if (suspect.kind != SuspectKind::kGroup || weak_referent(heap, suspect.example) == kNone) continue;
    Suspect* const other = of_referents(heap, roles, suspect, suspects);
    if (other == nullptr) continue;
    other->weak += suspect.growth;
    suspect.growth = suspect.survived = 0;
    suspect.sample.clear();
  }
  std::erase_if(suspects, [](const Suspect& suspect) {
    return suspect.kind == SuspectKind::kGroup && suspect.sample.empty();
  });
}

}  // namespace heapdump
