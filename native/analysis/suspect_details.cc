#include "analysis/suspect_details.h"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>

#include "analysis/common_wait.h"
#include "analysis/dominator_groups.h"
#include "analysis/patterns.h"
#include "analysis/using_code.h"
#include "heap/gist.h"
#include "heap/namespaces.h"
#include "heap/other_names.h"
#include "heap/path_up.h"
#include "heap/root_path.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Steps down from the objects, and which part of what they retain is worth a word.
constexpr uint32_t kDeepest = 6;
constexpr uint64_t kParts = 2;
// Objects below one that are looked at for the type of which there is one below each, and how many there are
// at least.
constexpr uint64_t kLooked = 2000;
constexpr size_t kFewest = 10;
// Suspects of which all is told, the best: nobody reads on.
constexpr size_t kDetailed = 100;

// What each suspect's objects retain together; no object gathers in two places.
void find_retained(const HeapIndex& heap, Joint& joint, std::vector<Suspect>& suspects) {
  std::vector<Suspect*> open;
  for (Suspect& suspect : suspects) {
    if (suspect.members.size() == 1) suspect.retained = heap.retained(suspect.members.front());
    if (suspect.members.size() > 1) open.push_back(&suspect);
  }
  for (size_t begin = 0; begin < open.size(); begin += Joint::kSets) {
    const size_t end = std::min(open.size(), begin + Joint::kSets);
    PageArray<uint32_t> set_of(heap.objects());  // + 1
    for (size_t i = begin; i < end; ++i) {
      for (const uint32_t member : open[i]->members) set_of[member] = static_cast<uint32_t>(i - begin) + 1;
    }
    const auto bytes = joint.bytes_freed_with([&](uint32_t id) { return set_of[id] - 1; });
    for (size_t i = begin; i < end; ++i) open[i]->retained = bytes[i - begin];
  }
}

// Where the greater part of what they retain is: down from them as long as one group of like objects has it.
Inside inside(const HeapIndex& heap, const ObjectTree& dominators, const Suspect& suspect) {
  const std::vector<DominatorGroup> groups =
      group_dominators(heap, dominators, suspect.members, kDeepest, suspect.retained / kParts);
  Inside found;
  uint32_t at = kNone;
  std::string part;
  for (uint32_t row = 0; row < groups.size(); ++row) {
    const DominatorGroup& group = groups[row];
    if (group.parent != at) continue;
    at = row;
    if (group.depth == 0) continue;
    if (group.type == suspect.type) return {};  // a chain: its links say nothing new
    part += group.part.empty() ? " → " : group.part;
    found = {part, group.type, group.count, group.retained};
    if (group.size * kParts >= group.retained) break;
  }
  return found;
}

std::string told(const HeapIndex& heap, uint32_t id) {
  const auto content = heap.content(id);
  return content ? std::string(content->bytes) : gist(heap, id);
}

// Of those that tell something else than the example, the middle one by what it retains.
uint32_t other_example(const HeapIndex& heap, const Suspect& suspect) {
  const std::string first = told(heap, suspect.example);
  std::vector<uint32_t> others;
  for (const uint32_t id : suspect.sample) {
    if (id != suspect.example && heap.type(id) == suspect.type && told(heap, id) != first)
      others.push_back(id);
  }
  if (others.empty()) return kNone;
  const auto middle = others.begin() + static_cast<ptrdiff_t>(others.size() / 2);
  std::ranges::nth_element(others, middle, {}, [&](uint32_t id) { return std::pair(heap.retained(id), id); });
  return *middle;
}

// One that has the address of what it holds in a word of its own.
LikelyHolder holder_by_word(const HeapIndex& heap, const Suspect& suspect) {
  const std::unordered_set<uint32_t> members(suspect.members.begin(), suspect.members.end());
  std::map<std::pair<uint32_t, uint32_t>, std::unordered_set<uint32_t>> held;
  for (const PossibleHolderRow& row : heap.possible_holders()) {
    if (members.contains(row.held) && row.holder < heap.objects())
      held[{heap.type(row.holder), row.offset}].insert(row.held);
  }
  const auto most = std::ranges::max_element(held, {}, [](const auto& entry) { return entry.second.size(); });
  if (most == held.end()) return {};
  return {{most->first.first}, most->first.second, most->second.size()};
}

// An extension's object that is reached from what it holds, which is how a circle goes that no collector
// sees: there is just one below each. Of several types, the one whose objects are found nearest.
LikelyHolder holder_by_number(const HeapIndex& heap, const ObjectTree& paths, const TypeRoles& roles,
                              const Suspect& suspect) {
  if (suspect.members.size() < kFewest) return {};
  std::map<uint32_t, uint64_t> depths;
  for (size_t i = 0; i < suspect.sample.size(); ++i) {
    std::map<uint32_t, uint64_t> own;
    uint64_t looked = 0;
    for (Preorder walk = paths.preorder(suspect.sample[i]); walk.id() != kNone && looked < kLooked;
         walk.next(), ++looked)
      own.try_emplace(heap.type(walk.id()), walk.depth());
    if (i == 0) depths = own;
    std::erase_if(depths, [&](const auto& entry) { return !own.contains(entry.first); });
  }
  LikelyHolder holder;
  uint64_t nearest = UINT64_MAX;
  for (const auto& [type, depth] : depths) {
    const TypeRow& row = heap.types()[type];
    if (row.count != suspect.members.size() || !roles.is_extension_module(heap.text(row.module))) continue;
    if (depth > nearest) continue;
    if (depth < nearest) holder.types.clear();
    nearest = depth;
    holder.types.push_back(type);
  }
  if (!holder.types.empty()) holder.count = suspect.members.size();
  return holder;
}

uint32_t keeper(const HeapIndex& heap, const TypeRoles& roles, const Suspect& suspect) {
  const uint32_t container = container_of(suspect);
  if (container == kNone) return kNone;
  for (const uint32_t at : heap.path_up(container)) {
    const uint32_t type = heap.type(at);
    if (roles.is_container(type)) continue;
    return roles.is_application(type) && !roles.is_module(type) && !is_type_object(heap, at) ? at : kNone;
  }
  return kNone;
}

void name_further(const HeapIndex& heap, Suspect& suspect) {
  const Way& way = suspect.way;
  if (way.size() < 2 || suspect.gathers < 2 || root_kind(heap, way[0].object) != HD_ROOT_MODULE) return;
  if (suspect.places.empty() || way[1].text != way[1].open) suspect.also = other_names(heap, way[1].object);
}

}  // namespace

void add_details(const HeapIndex& heap, const ObjectTree& paths, const ObjectTree& dominators, Joint& joint,
                 const TypeRoles& roles, Owners& owners, std::vector<Suspect>& suspects) {
  find_retained(heap, joint, suspects);
  const Waits waits(heap);
  const std::span detailed(suspects.data(), std::min(suspects.size(), kDetailed));
  const UsingCode code_names(heap, roles, detailed);
  for (Suspect& suspect : suspects) suspect.pattern = pattern_of(heap, paths, roles, waits, suspect);
  for (Suspect& suspect : detailed) {
    suspect.other = other_example(heap, suspect);
    if (suspect.kind == SuspectKind::kGarbage) continue;
    suspect.inside = inside(heap, dominators, suspect);
    suspect.wait = common_wait(heap, roles, waits, owners, suspect.sample);
    suspect.used_by = code_names.of(suspect);
    suspect.common = common_references(heap, roles, suspect.sample);
    suspect.keeper = keeper(heap, roles, suspect);
    if (suspect.kind == SuspectKind::kHeldByC) {
      suspect.likely_holder = holder_by_word(heap, suspect);
      if (suspect.likely_holder.types.empty())
        suspect.likely_holder = holder_by_number(heap, paths, roles, suspect);
    }
    name_further(heap, suspect);
  }
}

}  // namespace heapdump
