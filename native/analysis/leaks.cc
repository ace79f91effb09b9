#include "analysis/leaks.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "analysis/chains.h"
#include "analysis/garbage_suspect.h"
#include "analysis/growth.h"
#include "analysis/like_suspects.h"
#include "analysis/nearest_code.h"
#include "analysis/passing.h"
#include "analysis/sample.h"
#include "analysis/steady_suspects.h"
#include "analysis/suspect_details.h"
#include "analysis/type_roles.h"
#include "analysis/weak_suspects.h"
#include "heap/c_containers.h"
#include "heap/category.h"
#include "heap/path_step.h"
#include "heap/path_up.h"
#include "heap/root_path.h"
#include "protocol.h"

namespace heapdump {
namespace {

// A suspect has at least this part of the growth and of what is alive; of one dump, of what is alive.
constexpr int64_t kGrowthParts = 20;
constexpr int64_t kAliveParts = 10000;
constexpr int64_t kSingleParts = 20;
constexpr int64_t kLeast = 32 << 10;

// Parts of a sum that decide, in percent.
constexpr int64_t kMost = 50;        // what is the greater part
constexpr int64_t kPreferred = 30;   // enough for a type of the application
constexpr int64_t kMember = 10;      // enough for the members of a container
constexpr int kDeepest = 16;         // merged steps
constexpr int64_t kFewModules = 50;  // that came, and are no leak of modules

bool is_part(int64_t part, int64_t percent, int64_t whole) {
  return part > 0 && part >= whole / 100 * percent;
}

struct Group {
  uint32_t type = kNone;
  int64_t growth = 0;
  std::vector<uint32_t> members;
};

// By kind of root (0 below the top) and type.
using Groups = std::map<std::pair<uint32_t, uint32_t>, Group>;

class Finder {
 public:
  Finder(const HeapIndex& heap, const ObjectTree& tree, const ObjectTree& dominators, Joint& joint,
         Owners& owners, const HeapIndex* first, const HeapIndex* before)
      : heap_(heap),
        tree_(tree),
        dominators_(dominators),
        joint_(joint),
        owners_(owners),
        growth_(heap, tree, first, before),
        roles_(heap),
        chains_(heap, tree, growth_, roles_),
        first_(first),
        before_(before) {
    int64_t alive = 0;
    for (uint32_t id = 0; id < heap.objects(); ++id) {
      if (!heap.is_garbage(id)) alive += static_cast<int64_t>(heap.size(id));
    }
    // What came and goes raises no bar: of what lasts, half came before the dump before the last.
    int64_t growth = growth_.total();
    if (const int64_t lasting = growth_.total_survived(); lasting > 0) growth = std::min(growth, 2 * lasting);
    least_ = first == nullptr ? alive / kSingleParts : std::max(growth / kGrowthParts, alive / kAliveParts);
    least_ = std::max(least_, kLeast);
  }

  std::vector<Suspect> find() {
    search();
    search_small();
    if (auto garbage = garbage_suspect(heap_, growth_, roles_, first_, least_))
      suspects_.push_back(std::move(*garbage));
    merge_like(heap_, suspects_, owners_);
    fold_weak_references(heap_, roles_, suspects_);
    sort();
    add_details(heap_, tree_, dominators_, joint_, roles_, owners_, suspects_);
    if (before_ != nullptr) mark_passing(heap_, *first_, *before_, growth_, roles_, suspects_);
    sort();
    return std::move(suspects_);
  }

 private:
  struct Place {
    uint32_t id;
    uint32_t chain;  // the type that goes on in a chain where it comes again: that of the nearest holder that
                     // is not a container
  };
  struct Sum {
    int64_t growth;
    int64_t survived;
  };

  // What lasts most first, and what comes and goes last.
  void sort() {
    std::ranges::stable_sort(suspects_, [](const Suspect& a, const Suspect& b) {
      return std::tuple(!a.passing, a.survived, a.growth) > std::tuple(!b.passing, b.survived, b.growth);
    });
  }

  void search() {
    open_.push_back({ObjectTree::kTop, kNone});
    while (!open_.empty()) {
      const Place place = open_.back();
      open_.pop_back();
      examine(place);
    }
  }

  // What has a small part of the growth, and comes steadily, one like the other.
  void search_small() {
    if (!growth_.has_before() || least_ <= kLeast) return;
    std::vector<Suspect> large = std::exchange(suspects_, {});
    const int64_t bar = std::exchange(least_, kLeast);
    search();
    least_ = bar;
    keep_steady(heap_, growth_, roles_, large, bar, suspects_);
    suspects_.insert(suspects_.begin(), std::move_iterator(large.begin()), std::move_iterator(large.end()));
  }

  void examine(Place place) {
    const bool top = place.id == ObjectTree::kTop;
    const uint32_t own_type = top ? kNone : heap_.type(place.id);
    const uint32_t chain = top || roles_.is_container(own_type) ? place.chain : own_type;
    // What went from here is part of the object's own sum, and no child's; what is gone into is taken off.
    Sum rest{top ? 0 : growth_.of(place.id), top ? 0 : growth_.own_survived(place.id)};
    Groups groups;
    for (uint32_t child = tree_.first_child(place.id); child != kNone; child = tree_.next_sibling(child)) {
      const uint32_t type = heap_.type(child);
      const bool leads_on = growth_.of(child) >= least_ && growth_.was_there(child);
      if (leads_on && !chains_.is_link(child, place.id, chain) && !is_cache_of(place.id, child)) {
        open_.push_back({child, chain});
        rest.growth -= growth_.of(child);
        continue;
      }
      Group& group = groups[{top ? root_kind(heap_, child) : 0, type}];
      group.type = type;
      group.growth += growth_.of(child);
      group.members.push_back(child);
      rest.survived += growth_.survived(child);
    }
    if (top) return at_top(groups);
    if (rest.growth < least_) return;
    if (has_names(heap_, roles_, place.id)) return in_namespace(place.id, groups);
    gather(place, chain, rest, groups);
  }

  // functools.lru_cache has its results in a dict and in the function: they are one place.
  bool is_cache_of(uint32_t holder, uint32_t child) const {
    return holder != ObjectTree::kTop && is_lru_cache(heap_, holder) &&
           field_of(heap_, holder, "cache") == child;
  }

  void at_top(Groups& groups) {
    for (auto& [key, group] : groups) {
      const auto [root_kind, type] = key;
      if (roles_.is_module(type) && go_into_new_modules(group.members)) continue;
      if (roles_.is_module(type) && !is_part(growth_of_new(group.members), kMost, group.growth)) continue;
      const int64_t gone = growth_.gone_from_top(root_kind, heap_.text(heap_.types()[type].name));
      const Sum sum{group.growth + gone, survived(group.members)};
      if (sum.growth < least_) continue;
      const bool from_c = root_kind == HD_ROOT_C;
      add(from_c ? SuspectKind::kHeldByC : kind_of(group), kNone, group, sum, top_way(root_kind, group));
    }
  }

  // A few that came since the first dump are imports; what leaks is in them.
  bool go_into_new_modules(const std::vector<uint32_t>& modules) {
    if (!growth_.has_first()) return false;
    std::vector<uint32_t> large;
    for (const uint32_t id : modules) {
      if (growth_.is_new(id) && growth_.of(id) >= least_) large.push_back(id);
    }
    const auto came = std::ranges::count_if(modules, [&](uint32_t id) { return growth_.is_new(id); });
    if (large.empty() || came > kFewModules) return false;
    for (const uint32_t id : large) {
      const uint32_t names = field_of(heap_, id, "__dict__");
      open_.push_back({names == kNone ? id : names, kNone});
    }
    return true;
  }

  Way top_way(uint32_t root_kind, const Group& group) const {
    const uint32_t object = largest(group.members);
    if (group.members.size() == 1 || root_kind != HD_ROOT_MODULE) return way_to(object);
    return {{object, "sys.modules[*]", "sys.modules[*]", {}}};
  }

  Way way_to(uint32_t id) const { return heapdump::way_to(heap_, roles_, id); }

  // Names of a module or a class are places of their own.
  void in_namespace(uint32_t place, Groups& groups) {
    if (!growth_.has_first()) return;
    for (auto& [key, group] : groups) {
      for (const uint32_t member : group.members) {
        if (growth_.of(member) < least_) continue;
        narrow(place, {growth_.of(member), growth_.survived(member)},
               {group.type, growth_.of(member), {member}});
      }
    }
  }

  // The object itself, or the one whose attributes it has.
  uint32_t with_attributes(uint32_t id) const {
    const uint32_t holder = namespace_holder(heap_, id);
    return holder == kNone ? id : holder;
  }

  void gather(Place place, uint32_t chain, Sum sum, Groups& groups) {
    Group* best = best_group(groups, sum.growth);
    // What a container takes for its members is theirs.
    const uint32_t own_type = heap_.type(place.id);
    const int64_t enough = roles_.is_container(own_type) ? kMember : 100 - kMost;
    const bool begins_chain = best != nullptr && roles_.is_container(own_type) &&
                              chains_.is_link(largest_grown(best->members), place.id, chain);
    if (best == nullptr || !is_part(best->growth, enough, sum.growth) || begins_chain) {
      return add(SuspectKind::kDominator, place.id, {own_type, sum.growth, {place.id}}, sum,
                 way_to(place.id));
    }
    if (best->type == chain && !roles_.is_container(chain) &&
        chains_.is_link(largest_grown(best->members), place.id, chain)) {  // a chain: its first link
      uint32_t link = place.id;
      for (const uint32_t at : heap_.path_up(place.id)) {
        link = at;
        if (heap_.type(at) == chain) break;
      }
      return add(SuspectKind::kDominator, link, {chain, sum.growth, {link}}, sum, way_to(link));
    }
    narrow(place.id, sum, std::move(*best));
  }

  // Goes on from a group to what it holds as long as that says more of the cause.
  void narrow(uint32_t place, Sum sum, Group group) {
    std::vector<std::vector<uint32_t>> levels;   // what was gone through, and stays part of the path
    std::vector<std::vector<uint32_t>> further;  // and what was not decided on yet
    size_t old_levels = 0;                       // of these, the ones that were there: growth gathers in them
    Group reached = group;
    further.push_back(reached.members);
    for (int depth = 0; depth < kDeepest; ++depth) {
      Groups below;
      int64_t own = reached.growth, old = 0;
      for (const uint32_t member : reached.members) {
        if (growth_.has_first() && growth_.was_there(member)) old += growth_.of(member);
        for (uint32_t child = tree_.first_child(member); child != kNone; child = tree_.next_sibling(child)) {
          const uint32_t type = heap_.type(child);
          Group& next = below[{0, type}];
          next.type = type;
          next.growth += growth_.of(child);
          next.members.push_back(child);
          own -= growth_.of(child);
        }
      }
      const bool grew_inside = is_part(old, kMost, reached.growth);
      Group* best = best_group(below, reached.growth);
      if (best == nullptr || is_part(own, kMost, reached.growth)) break;
      if (!grew_inside && (roles_.is_cause(reached.type) || !is_part(best->growth, kMost, reached.growth)))
        break;
      const bool committed = grew_inside && reached.members == group.members;
      if (grew_inside) old_levels = levels.size() + further.size();
      reached = std::move(*best);
      further.push_back(reached.members);
      // What does not lead to something that tells the cause is not gone into.
      if (committed || roles_.is_cause(reached.type)) {
        group = reached;
        std::ranges::move(further, std::back_inserter(levels));
        further.clear();
      }
    }
    if (levels.empty()) levels.push_back(group.members);
    Way way = way_to(with_attributes(place));
    size_t gathers = way.size();
    keep_ancestors(levels);
    for (size_t i = 0; i < levels.size(); ++i) {
      add_open_step(heap_, roles_, largest_grown(levels[i]), levels[i], way);
      const bool is_name = i == 0 && has_names(heap_, roles_, place);
      if ((i < old_levels || is_name) && i + 1 < levels.size()) gathers = way.size();
    }
    if (group.members.size() == 1) {
      way = way_to(group.members.front());
      if (roles_.is_container(group.type)) gathers = way.size();
    }
    add(kind_of(group), place, group, sum, std::move(way), gathers);
  }

  // Of each level only what leads to the last one.
  void keep_ancestors(std::vector<std::vector<uint32_t>>& levels) const {
    for (size_t i = levels.size() - 1; i > 0; --i) {
      std::vector<uint32_t> holders;
      for (const uint32_t id : levels[i]) holders.push_back(heap_.path_parent(id));
      std::ranges::sort(holders);
      const auto again = std::ranges::unique(holders);
      holders.erase(again.begin(), again.end());
      levels[i - 1] = std::move(holders);
    }
  }

  // The group that grew most; one of a type of the application goes before.
  Group* best_group(Groups& groups, int64_t whole) const {
    Group *best = nullptr, *preferred = nullptr;
    for (auto& [key, group] : groups) {
      if (group.growth <= 0) continue;
      if (best == nullptr || group.growth > best->growth) best = &group;
      if (roles_.is_application(group.type) && (preferred == nullptr || group.growth > preferred->growth)) {
        preferred = &group;
      }
    }
    return preferred != nullptr && is_part(preferred->growth, kPreferred, whole) ? preferred : best;
  }

  static SuspectKind kind_of(const Group& group) {
    return group.members.size() == 1 ? SuspectKind::kDominator : SuspectKind::kGroup;
  }

  uint32_t largest(const std::vector<uint32_t>& members) const {
    return *std::ranges::max_element(
        members, {}, [&](uint32_t id) { return std::pair(growth_.is_new(id), heap_.retained(id)); });
  }

  uint32_t largest_grown(const std::vector<uint32_t>& members) const {
    return *std::ranges::max_element(members, {}, [&](uint32_t id) { return growth_.of(id); });
  }

  // What modules that were there grew by has no place in common, as what new ones bring has.
  int64_t growth_of_new(const std::vector<uint32_t>& members) const {
    int64_t growth = 0;
    for (const uint32_t member : members) growth += growth_.is_new(member) ? growth_.of(member) : 0;
    return growth;
  }

  int64_t survived(const std::vector<uint32_t>& members) const {
    int64_t survived = 0;
    for (const uint32_t member : members) survived += growth_.survived(member);
    return survived;
  }

  // Without `gathers`, it gathers in what the way leads to.
  void add(SuspectKind kind, uint32_t place, const Group& group, Sum sum, Way way, size_t gathers = 0) {
    Suspect suspect{.kind = kind,
                    .type = group.type,
                    .growth = sum.growth,
                    .own_growth = kind == SuspectKind::kGroup && place != kNone ? growth_.own(place) : 0,
                    .survived = sum.survived,
                    .gathers = gathers == 0 ? way.size() : gathers,
                    .place = place,
                    .example = largest(group.members)};
    AllocationTally allocations(heap_);
    for (const uint32_t member : group.members) {
      // What C holds is that alone, and not what only that leads to.
      if (kind == SuspectKind::kHeldByC) {
        count(suspect, member, allocations);
      } else {
        for (const uint32_t id : tree_.preorder(member)) {
          count(suspect, id, allocations);
          suspect.may_own += came(id) && heap_.types()[heap_.type(id)].memory_unknown > 0;
        }
      }
    }
    suspect.allocation = allocations.result();
    suspect.sites = allocations.by_site();
    suspect.way = std::move(way);
    suspect.sample = evenly(group.members);
    suspect.owner = owner(place, group.members);
    suspect.code = nearest_code(heap_, suspect.sample);
    suspect.members = group.members;
    std::ranges::sort(suspect.members);
    suspects_.push_back(std::move(suspect));
  }

  std::string owner(uint32_t place, const std::vector<uint32_t>& members) {
    const uint32_t owner = owners_.of(members.front());
    for (const uint32_t member : members) {
      if (owners_.of(member) == owner) continue;
      if (place != kNone) return owners_.name(owners_.of(place));
      return root_kind(heap_, member) == HD_ROOT_MODULE ? "sys.modules" : "several roots";
    }
    return owners_.name(owner);
  }

  void count(Suspect& suspect, uint32_t id, AllocationTally& allocations) const {
    if (heap_.type(id) != suspect.type) return;
    if (came(id)) allocations.add(id);
    suspect.count++;
    suspect.added += growth_.is_new(id);
    suspect.address_reused += growth_.address_reused(id);
  }

  // Of one dump, all.
  bool came(uint32_t id) const { return !growth_.has_first() || growth_.is_new(id); }

  const HeapIndex& heap_;
  const ObjectTree& tree_;
  const ObjectTree& dominators_;
  Joint& joint_;
  Owners& owners_;
  const Growth growth_;
  const TypeRoles roles_;
  const Chains chains_;
  const HeapIndex* first_;
  const HeapIndex* before_;
  int64_t least_;
  std::vector<Place> open_;
  std::vector<Suspect> suspects_;
};

}  // namespace

std::vector<Suspect> find_leaks(const HeapIndex& last, const ObjectTree& paths, const ObjectTree& dominators,
                                Joint& joint, Owners& owners, const HeapIndex* first,
                                const HeapIndex* before) {
  return Finder(last, paths, dominators, joint, owners, first, before).find();
}

}  // namespace heapdump
