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

// Which references paths go along.
class Ways {
 public:
  Ways(const HeapIndex& heap, const Avoid& avoid) : heap_(heap), avoid_(avoid) {
    // If the way from a module to its namespace is avoided, others keep that alive.
    if (std::ranges::find(avoid.labels, "__dict__") != avoid.labels.end()) return;
    for (const RootRow& root : heap.roots()) {
      if (root.kind != HD_ROOT_MODULE || is_avoided(root.object)) continue;
      const uint32_t names = field_of(heap, root.object, "__dict__");
      if (names != kNone) module_of_names_.emplace(names, root.object);
    }
  }

  bool is_avoided(uint32_t id) const { return avoid_.covers(heap_, id); }
  bool is_of_avoided_type(uint32_t id) const {
    return std::ranges::find(avoid_.types, heap_.type(id)) != avoid_.types.end();
  }

  // The module whose namespace that dict is, which alone leads to it; else kNone.
  uint32_t module_of_names(uint32_t dict) const {
    const auto at = module_of_names_.find(dict);
    return at == module_of_names_.end() ? kNone : at->second;
  }

  // What a module has in its C state, without a name, serves if nothing else does, as instances of a type do.
  bool lead_on(uint32_t source, uint64_t position, bool last_resort) const {
    const uint8_t kind = heap_.kind(source, position);
    if (kind == HD_REF_WEAK || avoid_.covers_label(heap_, source, position)) return false;
    if (kind != HD_REF_OTHER || last_resort) return true;
    const RootRow* root = root_of(heap_, source);
    return root == nullptr || root->kind != HD_ROOT_MODULE;
  }

  // If the dict has the attributes of the other object: then it is as near as that.
  bool is_namespace(uint32_t dict, uint32_t of) const {
    return heap_.type_name(dict) == "dict" && field_of(heap_, of, "__dict__") == dict;
  }

 private:
  const HeapIndex& heap_;
  const Avoid& avoid_;
  std::unordered_map<uint32_t, uint32_t> module_of_names_;
};

// From the object backward, level by level.
class Search {
 public:
  Search(const HeapIndex& heap, const Avoid& avoid, bool last_resort)
      : heap_(heap), ways_(heap, avoid), last_resort_(last_resort), place_(heap.objects()) {
    for (const uint32_t object : avoid.objects) place_[object] = kAvoided;
  }

  std::vector<std::vector<uint32_t>> from(uint32_t id, size_t limit, uint32_t max_length) {
    place_[id] = 1;
    found_.push_back({id, 0});
    size_t at = 0;
    for (uint32_t level = 0; ends_.size() < limit; ++level) {
      for (const size_t end = found_.size(); at < end; ++at) {
        take(at, level);
      }
      take_candidates(level, limit);
      const bool searched = !ends_.empty() && found_.size() > kMaxSearched;
      if (at == found_.size() || searched || level == max_length) {
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
    if (ways_.module_of_names(id) != kNone) return false;
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
    if (const uint32_t module = ways_.module_of_names(held); module != kNone) {
      return visit_whole(module, place, level);
    }
    const Range rows = heap_.referrers(held);
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const Reference reference = heap_.referrer(row);
      if (reference.source == kNone || !ways_.lead_on(reference.source, reference.position, last_resort_)) {
        continue;
      }
      if (ways_.is_namespace(held, reference.source)) {
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

  void visit(uint32_t id, size_t held) {
    if (heap_.is_garbage(id) || place_[id] != 0) return;
    if (ways_.is_of_avoided_type(id)) return;
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
  const Ways ways_;
  const bool last_resort_;
  PageArray<uint32_t> place_;  // of an object in found_ + 1
  std::vector<Found> found_;
  std::vector<Candidate> candidates_;
  std::vector<size_t> ends_;  // places of the roots, in the order of their paths
};

// From the roots forward, level by level; a root joins at its penalty.
class ForwardSearch {
 public:
  ForwardSearch(const HeapIndex& heap, const Avoid& avoid, PageArray<uint32_t>& holder, uint32_t max_length)
      : heap_(heap), ways_(heap, avoid), holder_(holder), max_length_(max_length) {}

  void from_named_roots() {
    for (uint32_t level = 0; level <= kFrameLead || at_ < found_.size(); ++level) {
      next_level();
      if (level > kFrameLead) continue;
      for (const RootRow& root : heap_.roots()) {
        if (root.kind != HD_ROOT_C && root_penalty(root.kind) == level) begin(root.object);
      }
    }
  }

  // C code, and immortality.
  void from_the_rest() {
    for (const RootRow& root : heap_.roots()) begin(root.object);
    for (uint32_t id = 0; id < heap_.objects(); ++id) {
      if (heap_.path_parent(id) == id) begin(id);
    }
    go_on();
  }

  void as_last_resort() {
    last_resort_ = true;
    at_ = 0;
    go_on();
  }

 private:
  // To what is one reference farther away than the objects found until now; namespaces are as near as these.
  void next_level() {
    const size_t begin = at_, found = found_.size();
    for (size_t i = begin; i < found; ++i) go_into_namespace(found_[i]);
    for (const size_t end = found_.size(); at_ < end; ++at_) go_into(found_[at_]);
  }

  void go_on() {
    for (uint32_t length = 0; at_ < found_.size(); ++length) {
      if (length == max_length_) return namespaces_of_the_last();
      next_level();
    }
  }

  void namespaces_of_the_last() {
    for (const size_t end = found_.size(); at_ < end; ++at_) go_into_namespace(found_[at_]);
  }

  void begin(uint32_t id) {
    if (id != kNone && ways_.module_of_names(id) == kNone) visit(id, id);
  }

  void go_into_namespace(uint32_t id) {
    const uint32_t dict = field_of(heap_, id, "__dict__");
    if (dict != kNone && ways_.is_namespace(dict, id)) go_along(id, dict);
  }

  void go_into(uint32_t id) {
    go_along(id, kNone);
    if (last_resort_ && !ways_.is_avoided(id)) visit(heap_.types()[heap_.type(id)].object, id);
  }

  // The references of an object; those to `only`, unless that is kNone.
  void go_along(uint32_t id, uint32_t only) {
    if (ways_.is_avoided(id)) return;
    const Range rows = heap_.positions(id);
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const uint32_t held = heap_.target(row);
      if (held == kNone || (only != kNone && held != only) || holder_[held] != 0) continue;
      const uint32_t module = ways_.module_of_names(held);
      if (module != kNone && module != id) continue;
      if (ways_.lead_on(id, row - rows.begin, last_resort_)) visit(held, id);
    }
  }

  void visit(uint32_t id, uint32_t holder) {
    if (id == kNone || holder_[id] != 0 || heap_.is_garbage(id)) return;
    holder_[id] = holder + 1;
    found_.push_back(id);
  }

  const HeapIndex& heap_;
  const Ways ways_;
  PageArray<uint32_t>& holder_;
  const uint32_t max_length_;
  bool last_resort_ = false;
  std::vector<uint32_t> found_;
  size_t at_ = 0;
};

}  // namespace

AvoidingPaths::AvoidingPaths(const HeapIndex& heap, Avoid avoid, const Bits& objects, uint32_t max_length)
    : avoid_(std::move(avoid)), holder_(heap.objects()) {
  ForwardSearch search(heap, avoid_, holder_, max_length);
  // Of a limited length the root that is nearest counts, not the one that says most.
  const bool is_limited = max_length != UINT32_MAX;
  if (!is_limited) search.from_named_roots();
  search.from_the_rest();
  if (is_limited) return;
  bool all_reached = true;
  objects.each([&](uint32_t id) { all_reached = all_reached && (heap.is_garbage(id) || reach(id)); });
  if (!all_reached) search.as_last_resort();
}

std::vector<std::vector<uint32_t>> paths_to_root(const HeapIndex& heap, uint32_t id, const Avoid& avoid,
                                                 size_t limit, uint32_t max_length) {
  if (id >= heap.objects() || heap.is_garbage(id) || limit == 0) return {};
  if (avoid.empty() && limit == 1 && max_length == UINT32_MAX) return {path_ids(heap, id)};
  auto paths = Search(heap, avoid, false).from(id, limit, max_length);
  if (paths.empty()) paths = Search(heap, avoid, true).from(id, limit, max_length);
  return paths;
}

}  // namespace heapdump
