#include "analysis/weak_suspects.h"

#include <algorithm>

#include "heap/path_up.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Steps that are gone up from what a weak reference refers to.
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
  for (Suspect& other : suspects) {
    if (&other == &weak || other.place == kNone || other.growth < weak.growth) continue;
    size_t found = 0;
    for (const uint32_t reference : weak.sample) {
      const uint32_t object = referent(heap, reference);
      found += object != kNone && is_below(heap, object, other.place);
    }
    if (found * 2 > weak.sample.size()) return &other;
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
    suspect.sample.clear();
  }
  std::erase_if(suspects, [](const Suspect& suspect) {
    return suspect.kind == SuspectKind::kGroup && suspect.sample.empty();
  });
}

}  // namespace heapdump
