#include "analysis/like_suspects.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace heapdump {
namespace {

std::string cause(const Suspect& suspect) {
  std::string cause = std::to_string(suspect.type);
  for (const WayStep& step : suspect.way) ((cause += '\n') += step.open) += step.common;
  return cause;
}

// Functions of one code may have names of their own.
std::string_view place(std::string_view code) { return code.substr(std::min(code.size(), code.find(' '))); }

bool can_be_like(const Suspect& suspect) {
  return !suspect.way.empty() &&
         (suspect.kind == SuspectKind::kDominator || suspect.kind == SuspectKind::kGroup);
}

// Leaves open what differs, and names the places by it.
void open_way(std::vector<Suspect*>& like, Way& way, std::vector<SuspectPlace>& places) {
  for (const Suspect* suspect : like) places.push_back({{}, suspect->growth});
  for (size_t i = 0; i < way.size(); ++i) {
    const bool same = std::ranges::all_of(
        like, [&](const Suspect* suspect) { return suspect->way[i].text == way[i].text; });
    if (same) continue;
    for (size_t place = 0; place < like.size(); ++place) places[place].name += like[place]->way[i].text;
    way[i].text = way[i].open;
  }
  std::ranges::stable_sort(places, std::ranges::greater{}, &SuspectPlace::growth);
}

// The holder that all of them have in common: what the last step before those that differ leads to.
uint32_t common_holder(const std::vector<Suspect*>& like) {
  const Way& way = like.front()->way;
  uint32_t holder = kNone;
  for (size_t i = 0; i < way.size(); ++i) {
    const bool same = std::ranges::all_of(
        like, [&](const Suspect* suspect) { return suspect->way[i].object == way[i].object; });
    if (!same) break;
    holder = way[i].object;
  }
  return holder;
}

Suspect merged(const HeapIndex& heap, std::vector<Suspect*>& like, Owners& owners) {
  Suspect one = **std::ranges::max_element(like, {}, [](const Suspect* suspect) { return suspect->growth; });
  const uint32_t holder = common_holder(like);
  if (std::ranges::any_of(like, [&](const Suspect* suspect) { return suspect->owner != one.owner; })) {
    one.owner = holder == kNone ? "several roots" : owners.name(owners.of(holder));
  }
  if (!std::ranges::all_of(like,
                           [&](const Suspect* suspect) { return place(suspect->code) == place(one.code); }))
    one.code.clear();
  one.kind = SuspectKind::kGroup;
  one.place = holder;
  one.count = one.added = one.address_reused = one.may_own = 0;
  one.growth = one.own_growth = one.survived = 0;
  one.sample.clear();
  one.members.clear();
  AllocationTally allocations(heap);
  for (const Suspect* suspect : like) {
    allocations.add(suspect->allocation.objects, suspect->sites);
    one.sample.insert(one.sample.end(), suspect->sample.begin(), suspect->sample.end());
    one.count += suspect->count;
    one.added += suspect->added;
    one.may_own += suspect->may_own;
    one.members.insert(one.members.end(), suspect->members.begin(), suspect->members.end());
    one.address_reused += suspect->address_reused;
    one.growth += suspect->growth;
    one.own_growth += suspect->own_growth;
    one.survived += suspect->survived;
    one.gathers = std::max(one.gathers, suspect->gathers);
  }
  std::ranges::sort(one.members);
  one.allocation = allocations.result();
  open_way(like, one.way, one.places);
  return one;
}

}  // namespace

void merge_like(const HeapIndex& heap, std::vector<Suspect>& suspects, Owners& owners) {
  std::map<std::string, std::vector<Suspect*>> by_cause;
  std::vector<Suspect> found;
  for (Suspect& suspect : suspects) {
    if (can_be_like(suspect)) {
      by_cause[cause(suspect)].push_back(&suspect);
    } else {
      found.push_back(std::move(suspect));
    }
  }
  for (auto& [cause, like] : by_cause) {
    found.push_back(like.size() == 1 ? std::move(*like.front()) : merged(heap, like, owners));
  }
  suspects = std::move(found);
}

}  // namespace heapdump
