#include "analysis/weak_suspects.h"

#include <algorithm>

#include "heap/path_up.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Weak references of a suspect that are looked at, evenly among all; steps that are gone up from what each
// refers to.
constexpr size_t kLooked = 64;
constexpr int kSteps = 64;

uint32_t referent(const HeapIndex& heap, uint32_t id) {
  const Range rows = heap.positions(id);
  for (uint64_t position = 0; position < rows.size(); ++position) {
    if (heap.kind(id, position) == HD_REF_WEAK) return heap.target(rows.begin + position);
  }
  return kNone;
}

bool is_below(const HeapIndex& heap, uint32_t id, uint32_t place) {
  int steps = 0;
  for (const uint32_t at : heap.path_up(id)) {
    if (at == place) return true;
    if (++steps > kSteps) break;
  }
  return false;
}

// The suspect that has what most of these weak references refer to; nullptr if there is none.
Suspect* of_referents(const HeapIndex& heap, const Suspect& weak, std::vector<Suspect>& suspects) {
  const size_t looked = std::min(weak.members.size(), kLooked);
  for (Suspect& other : suspects) {
    if (&other == &weak || other.place == kNone || other.growth < weak.growth) continue;
    size_t found = 0;
    for (size_t i = 0; i < looked; ++i) {
      const uint32_t object = referent(heap, weak.members[i * weak.members.size() / looked]);
      found += object != kNone && is_below(heap, object, other.place);
    }
    if (found * 2 > looked) return &other;
  }
  return nullptr;
}

}  // namespace

void fold_weak_references(const HeapIndex& heap, std::vector<Suspect>& suspects) {
  for (Suspect& suspect : suspects) {
    if (suspect.kind != SuspectKind::kGroup || referent(heap, suspect.example) == kNone) continue;
    Suspect* const other = of_referents(heap, suspect, suspects);
    if (other == nullptr) continue;
    other->weak += suspect.growth;
    suspect.growth = suspect.survived = 0;
    suspect.members.clear();
  }
  std::erase_if(suspects, [](const Suspect& suspect) {
    return suspect.kind == SuspectKind::kGroup && suspect.members.empty();
  });
}

}  // namespace heapdump
