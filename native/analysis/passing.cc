#include "analysis/passing.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "heap/category.h"
#include "heap/namespaces.h"

namespace heapdump {
namespace {

// So many of ten objects are new, and they grew by less than one in so many bytes: they were replaced.
constexpr uint64_t kReplaced = 8;
constexpr int64_t kLittle = 4;
// Of what grew, less than one in so many bytes lasts.
constexpr int64_t kHardly = 50;

// What came until the dump before the last, by places of that dump.
class Earlier {
 public:
  Earlier(const HeapIndex& before, const HeapIndex& first)
      : paths_(ObjectTree::of_paths(before)),
        growth_(before, paths_, &first, nullptr),
        came_(before.objects()) {
    for (uint32_t id = 0; id < before.objects(); ++id)
      came_[id] = growth_.is_new(id) ? static_cast<int64_t>(before.size(id)) : 0;
    paths_.sum_up(came_);
  }
  int64_t net(uint32_t place) const { return growth_.of(place); }
  int64_t came(uint32_t place) const { return came_[place]; }

 private:
  ObjectTree paths_;
  Growth growth_;
  PageArray<int64_t> came_;
};

// What stood under that name of the same object, in the dump before the last.
uint32_t named_before(const HeapIndex& before, const Growth& growth, const HeapIndex& last, const Way& way,
                      size_t step) {
  const std::string_view name = name_of(way[step]);
  if (name.empty()) return kNone;
  const uint32_t names = field_of(last, way[step - 1].object, "__dict__");
  const uint32_t then = names == kNone ? kNone : growth.in_before(names);
  return then == kNone ? kNone : before.namespaces().entry(then, name);
}

// Where it gathers, in the dump before the last: the same object, or what stood in its place.
uint32_t place_before(const HeapIndex& before, const Growth& growth, const TypeRoles& roles,
                      const HeapIndex& last, const Suspect& suspect) {
  const bool in_names = has_names(last, roles, suspect.place);
  if (!in_names) {
    const uint32_t place = suspect.place == kNone ? kNone : growth.in_before(suspect.place);
    if (place != kNone) return place;
  }
  for (size_t step = std::min(suspect.gathers + in_names, suspect.way.size()); step-- > 1;) {
    if (suspect.way[step].object != suspect.place && !in_names) continue;
    return named_before(before, growth, last, suspect.way, step);
  }
  return kNone;
}

}  // namespace

void mark_passing(const HeapIndex& last, const HeapIndex& first, const HeapIndex& before,
                  const Growth& growth, const TypeRoles& roles, std::vector<Suspect>& suspects) {
  std::optional<Earlier> earlier;
  for (Suspect& suspect : suspects) {
    if (suspect.kind == SuspectKind::kGarbage || suspect.growth <= 0) continue;
    const auto retained = static_cast<int64_t>(suspect.retained);
    // What lasts of what came can be more than what it grew by, since something went.
    suspect.survived = std::min(suspect.survived, suspect.growth);
    if (suspect.count > 1 && suspect.added * 10 >= suspect.count * kReplaced &&
        suspect.growth * kLittle < retained) {
      suspect.passing = true;
      continue;
    }
    if (suspect.survived * kHardly >= suspect.growth) continue;
    const uint32_t place = place_before(before, growth, roles, last, suspect);
    if (place == kNone) continue;
    if (!earlier) earlier.emplace(before, first);
    if (const int64_t net = earlier->net(place); net > 0) {
      suspect.survived = std::max(suspect.survived, std::min(net, suspect.growth));
    } else {
      suspect.passing = suspect.survived * 2 < earlier->came(place);
    }
  }
}

}  // namespace heapdump
