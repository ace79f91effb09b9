#include "heap/path_search.h"

#include <algorithm>
#include <unordered_map>

#include "heap/category.h"
#include "heap/root_path.h"
#include "index/root_paths.h"
#include "protocol.h"
#include "support/page_array.h"

namespace heapdump {
namespace {

// Paths beyond the first are not looked for among more objects than this.
constexpr size_t kMaxSearched = 1 << 20;

// From the object backward, level by level.
class Search {
 public:
  Search(const HeapIndex& heap, const Avoid& avoid, bool last_resort)
      : heap_(heap), avoid_(avoid), last_resort_(last_resort), place_(heap.objects()) {
    for (const uint32_t object : avoid.objects) place_[object] = kAvoided;
    // Where the way from a module to its namespace is avoided, others keep that alive.
    if (std::ranges::find(avoid.labels, "__dict__") != avoid.labels.end()) return;
    for (const RootRow& root : heap.roots()) {
      if (root.kind != HD_ROOT_MODULE || is_avoided(root.object)) continue;
      const uint32_t names = field_of(heap, root.object, "__dict__");
      if (names != kNone) module_of_names_.emplace(names, root.object);
    }
  }

  std::vector<std::vector<uint32_t>> from(uint32_t id, size_t limit) {
    place_[id] = 1;
    found_.push_back({id, 0});
    size_t at = 0;
    for (uint32_t level = 0; ends_.size() < limit; ++level) {
      for (const size_t end = found_.size(); at < end; ++at) {
        take(at, level);
      }
      take_candidates(level, limit);
      const bool searched = !ends_.empty() && found_.size() > kMaxSearched;
      if (at == found_.size() || searched) {
        take_candidates(UINT32_MAX, limit);
        break;
      }
    }
    std::vector<std::vector<uint32_t>> paths;
    for (const size_t end : ends_) {
      std::vector<uint32_t>& path = paths.emplace_back();
      for (size_t place = end;; place = found_[place].held) {
        path.push_back(found_[place].id);
        if (place == 0) break;
      }
    }
    return paths;
  }

 private:
  struct Found {
    uint32_t id;
    size_t held;  // place of the object that it holds
    bool taken = false;
  };
  static constexpr uint32_t kAvoided = UINT32_MAX;
  struct Candidate {
    uint32_t cost;
    size_t place;
  };

  void take(size_t place, uint32_t level) {
    if (found_[place].taken) return;
    found_[place].taken = true;
    if (!ends(place, level)) go_back(place, level);
  }

  // True at a module: what holds that says no more.
  bool ends(size_t place, uint32_t level) {
    const uint32_t id = found_[place].id;
    if (module_of_names_.contains(id)) return false;
    const RootRow* root = root_of(heap_, id);
    if (root != nullptr) {
      candidates_.push_back({level + root_penalty(root->kind), place});
    } else if (heap_.path_parent(id) == id) {
      candidates_.push_back({level + root_penalty(HD_ROOT_C), place});  // immortal
    }
    return root != nullptr && root->kind == HD_ROOT_MODULE;
  }

  void take_candidates(uint32_t cost, size_t limit) {
    std::ranges::stable_sort(candidates_, {}, &Candidate::cost);
    size_t taken = 0;
    while (taken < candidates_.size() && candidates_[taken].cost <= cost && ends_.size() < limit) {
      ends_.push_back(candidates_[taken++].place);
    }
    candidates_.erase(candidates_.begin(), candidates_.begin() + static_cast<ptrdiff_t>(taken));
  }

  // Whose attributes a dict has is as near as the dict.
  void go_back(size_t place, uint32_t level) {
    const uint32_t held = found_[place].id;
    if (const auto names = module_of_names_.find(held); names != module_of_names_.end()) {
      return visit_whole(names->second, place, level);
    }
    const bool is_dict = heap_.text(heap_.types()[heap_.type(held)].name) == "dict";
    const Range rows = heap_.referrers(held);
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const Reference reference = heap_.referrer(row);
      if (reference.source == kNone || !leads_on(reference)) continue;
      if (avoid_.covers_label(heap_, reference.source, reference.position)) continue;
      if (is_dict && field_of(heap_, reference.source, "__dict__") == held) {
        visit_whole(reference.source, place, level);
      } else {
        visit(reference.source, place);
      }
    }
    const uint32_t type = last_resort_ ? heap_.type_of_object(held) : kNone;
    if (type == kNone) return;
    const Range instances = heap_.instances(type);
    for (uint64_t rank = instances.begin; rank < instances.end; ++rank) {
      const uint32_t id = heap_.by_type(rank);
      if (id != kNone) visit(id, place);
    }
  }

  // What a module has in its C state, without a name, serves where nothing else does, as instances of a type
  // do.
  bool leads_on(const Reference& reference) const {
    const uint8_t kind = heap_.kind(reference.source, reference.position);
    if (kind != HD_REF_OTHER || last_resort_) return kind != HD_REF_WEAK;
    const RootRow* root = root_of(heap_, reference.source);
    return root == nullptr || root->kind != HD_ROOT_MODULE;
  }

  bool is_avoided(uint32_t id) const {
    return std::ranges::find(avoid_.objects, id) != avoid_.objects.end() ||
           std::ranges::find(avoid_.types, heap_.type(id)) != avoid_.types.end();
  }

  void visit(uint32_t id, size_t held) {
    if (heap_.is_garbage(id) || place_[id] != 0) return;
    if (std::ranges::find(avoid_.types, heap_.type(id)) != avoid_.types.end()) return;
    found_.push_back({id, held});
    place_[id] = static_cast<uint32_t>(found_.size());
  }

  // The object whose attributes the dict at `held` has, at the level of that.
  void visit_whole(uint32_t id, size_t held, uint32_t level) {
    visit(id, held);
    if (place_[id] == 0 || place_[id] == kAvoided) return;
    const size_t place = place_[id] - 1;
    if (!found_[place].taken) found_[place].held = held;
    take(place, level);
  }

  const HeapIndex& heap_;
  const Avoid& avoid_;
  const bool last_resort_;
  PageArray<uint32_t> place_;  // of an object in found_ + 1
  std::unordered_map<uint32_t, uint32_t> module_of_names_;
  std::vector<Found> found_;
  std::vector<Candidate> candidates_;
  std::vector<size_t> ends_;  // places of the roots, in the order of their paths
};

}  // namespace

std::vector<std::vector<uint32_t>> paths_to_root(const HeapIndex& heap, uint32_t id, const Avoid& avoid,
                                                 size_t limit) {
  if (id >= heap.objects() || heap.is_garbage(id) || limit == 0) return {};
  if (avoid.empty() && limit == 1) return {path_ids(heap, id)};
  auto paths = Search(heap, avoid, false).from(id, limit);
  if (paths.empty()) paths = Search(heap, avoid, true).from(id, limit);
  return paths;
}

}  // namespace heapdump
