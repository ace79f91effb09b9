#include "analysis/garbage_suspect.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "analysis/sample.h"

namespace heapdump {
namespace {

// The part of all garbage, in percent, that is enough for a type of the application.
constexpr uint64_t kPreferred = 1;

struct OfType {
  uint64_t bytes = 0;
  std::vector<uint32_t> objects;
};

uint32_t type_of_most(const std::vector<OfType>& types, const TypeRoles& roles, uint64_t all) {
  uint32_t most = 0, preferred = kNone;
  for (uint32_t type = 0; type < types.size(); ++type) {
    if (types[type].bytes > types[most].bytes) most = type;
    const bool enough = types[type].bytes > 0 && types[type].bytes >= all / 100 * kPreferred;
    if (!roles.is_application(type) || !enough) continue;
    if (preferred == kNone || types[type].bytes > types[preferred].bytes) preferred = type;
  }
  return preferred == kNone ? most : preferred;
}

}  // namespace

std::optional<Suspect> garbage_suspect(const HeapIndex& heap, const Growth& growth, const TypeRoles& roles,
                                       const HeapIndex* first, int64_t least) {
  std::vector<OfType> types(heap.types().size());
  Suspect suspect{
      .kind = SuspectKind::kGarbage, .type = 0, .growth = 0, .survived = 0, .place = kNone, .example = kNone};
  for (uint32_t id = 0; id < heap.objects(); ++id) {
    if (!heap.is_garbage(id)) continue;
    OfType& own = types[heap.type(id)];
    own.bytes += heap.size(id);
    own.objects.push_back(id);
    suspect.retained += heap.size(id);
    suspect.survived += growth.garbage_survived(id);
  }
  suspect.growth = static_cast<int64_t>(suspect.retained);
  for (uint32_t id = 0; first != nullptr && id < first->objects(); ++id) {
    if (first->is_garbage(id)) suspect.growth -= static_cast<int64_t>(first->size(id));
  }
  if (suspect.retained == 0 || suspect.growth < least) return std::nullopt;
  suspect.type = type_of_most(types, roles, suspect.retained);
  const std::vector<uint32_t>& objects = types[suspect.type].objects;
  suspect.count = objects.size();
  suspect.example = *std::ranges::max_element(
      objects, {}, [&](uint32_t id) { return std::pair(growth.is_new(id), heap.retained(id)); });
  AllocationTally allocations(heap);
  for (const uint32_t id : objects) {
    suspect.added += growth.is_new(id);
    suspect.address_reused += growth.address_reused(id);
    if (!growth.has_first() || growth.is_new(id)) allocations.add(id);
  }
  suspect.allocation = allocations.result();
  suspect.sample = evenly(objects);
  return suspect;
}

}  // namespace heapdump
