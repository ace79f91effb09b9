#include "analysis/dominator_groups.h"

#include <algorithm>
#include <unordered_map>

#include "heap/namespaces.h"
#include "heap/path_step.h"
#include "heap/path_up.h"
#include "heap/root_path.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Bytes from which a class is large.
constexpr uint64_t kLargeClass = 100'000;

// A group and its objects, until what is below them is known.
struct Open {
  DominatorGroup group;
  std::vector<uint32_t> members;
};

bool holds(const HeapIndex& heap, uint32_t holder, uint32_t held) {
  const Range rows = heap.referrers(held);
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const auto [source, position] = heap.referrer(row);
    if (source == holder && heap.kind(source, position) != HD_REF_WEAK) return true;
  }
  return false;
}

// Roots that have no name of their own are alike.
std::string root_part(const HeapIndex& heap, uint32_t id) {
  switch (root_kind(heap, id)) {
    case HD_ROOT_MODULE:
    case HD_ROOT_FRAME:
    case HD_ROOT_THREAD:
    case HD_ROOT_INTERPRETER:
    case HD_ROOT_GREENLET:
      return format_root(heap, id);
    case HD_ROOT_C:
      return "<held by C>";
    case HD_ROOT_DATA:
      return "<static variable>";
    case HD_ROOT_STATIC:
      return "<static>";
    default:
      return {};
  }
}

class Grouping {
 public:
  Grouping(const HeapIndex& heap, const ObjectTree& dominators, uint32_t depth, uint64_t least)
      : heap_(heap), dominators_(dominators), depth_(depth), least_(least) {}

  std::vector<DominatorGroup> all() {
    std::vector<Open> top;
    for (uint32_t id = dominators_.first_child(ObjectTree::kTop); id != kNone;
         id = dominators_.next_sibling(id))
      add(top, root_part(heap_, id), id);
    uint64_t hidden = 0, hidden_retained = 0;
    write(std::move(top), kNone, 0, hidden, hidden_retained);
    return std::move(rows_);
  }

  std::vector<DominatorGroup> below(std::span<const uint32_t> objects) {
    std::vector<Open> top;
    for (const uint32_t id : objects) {
      if (!is_below_another(id, objects)) add(top, {}, id);
    }
    uint64_t hidden = 0, hidden_retained = 0;
    write(std::move(top), kNone, 0, hidden, hidden_retained);
    return std::move(rows_);
  }

 private:
  // What one of them dominates is not counted twice.
  bool is_below_another(uint32_t id, std::span<const uint32_t> objects) const {
    for (const uint32_t at : heap_.dominators_up(id)) {
      if (at != id && std::ranges::binary_search(objects, at)) return true;
    }
    return false;
  }

  void add(std::vector<Open>& groups, std::string part, uint32_t id) {
    const uint32_t type = heap_.type(id);
    std::string key = part + '\0' + std::to_string(type);
    // Classes are alike by their type only: a large one is told by itself.
    if (is_type_object(heap_, id) && heap_.retained(id) >= std::max(least_, kLargeClass))
      (key += '\0') += std::to_string(id);
    const auto [at, is_new] = numbers_.try_emplace(std::move(key), groups.size());
    if (is_new) {
      Open& opened = groups.emplace_back();
      opened.group.part = std::move(part);
      opened.group.type = type;
      opened.group.example = id;
    }
    Open& open = groups[at->second];
    open.members.push_back(id);
    open.group.count++;
    open.group.size += heap_.size(id);
    open.group.retained += heap_.retained(id);
    if (heap_.retained(id) > heap_.retained(open.group.example)) open.group.example = id;
  }

  // The dict of an object's attributes is not a step of its own: it counts for the object.
  void add_dominated(std::vector<Open>& groups, uint32_t holder, uint32_t whole, uint64_t& size) {
    for (uint32_t id = dominators_.first_child(holder); id != kNone; id = dominators_.next_sibling(id)) {
      const bool is_held = holds(heap_, holder, id);
      if (is_held && whole == kNone && namespace_holder(heap_, id, holder, kNone) == holder) {
        size += heap_.size(id);
        add_dominated(groups, id, holder, size);
        continue;
      }
      add(groups, is_held ? format_pattern(heap_, step_between(heap_, holder, id), whole) : std::string(),
          id);
    }
  }

  void write(std::vector<Open> groups, uint32_t parent, uint32_t depth, uint64_t& hidden,
             uint64_t& hidden_retained) {
    numbers_.clear();
    std::ranges::stable_sort(groups, std::greater(), [](const Open& open) { return open.group.retained; });
    for (Open& open : groups) {
      if (open.group.retained < least_) {
        hidden++;
        hidden_retained += open.group.retained;
        continue;
      }
      const auto row = static_cast<uint32_t>(rows_.size());
      open.group.parent = parent;
      open.group.depth = depth;
      rows_.push_back(open.group);
      if (depth + 1 >= depth_) {
        rows_[row].hidden_retained = open.group.retained - open.group.size;
        continue;
      }
      std::vector<Open> below;
      for (const uint32_t member : open.members) add_dominated(below, member, kNone, rows_[row].size);
      open.members = {};
      uint64_t left_out = 0, left_out_retained = 0;
      write(std::move(below), row, depth + 1, left_out, left_out_retained);
      rows_[row].hidden = left_out;
      rows_[row].hidden_retained = left_out_retained;
    }
  }

  const HeapIndex& heap_;
  const ObjectTree& dominators_;
  const uint32_t depth_;
  const uint64_t least_;
  std::unordered_map<std::string, size_t> numbers_;  // of the groups at hand, by part and type
  std::vector<DominatorGroup> rows_;
};

}  // namespace

std::vector<DominatorGroup> group_dominators(const HeapIndex& heap, const ObjectTree& dominators,
                                             std::span<const uint32_t> objects, uint32_t depth,
                                             uint64_t least) {
  Grouping grouping(heap, dominators, depth, least);
  return objects.empty() ? grouping.all() : grouping.below(objects);
}

}  // namespace heapdump
