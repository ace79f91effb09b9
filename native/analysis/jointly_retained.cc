#include "analysis/jointly_retained.h"

#include <vector>

#include "heap/root_path.h"
#include "protocol.h"
#include "support/bits.h"

namespace heapdump {
namespace {

// The shortest path to what is freed with the objects leads through one of them, so that all of it is below
// them on the paths. What something else holds stays, and so does what that holds.
class Freed {
 public:
  Freed(const HeapIndex& heap, const ObjectTree& paths, std::span<const uint32_t> objects)
      : heap_(heap), goes_(heap.objects()), chosen_(heap.objects()) {
    for (const uint32_t object : objects) {
      if (!heap.is_garbage(object)) chosen_.set(object);
    }
    for (const uint32_t object : objects) {
      if (!chosen_[object] || goes_[object]) continue;
      for (const uint32_t id : paths.preorder(object)) {
        if (goes_.add(id)) below_.push_back(id);
      }
    }
  }

  uint64_t bytes() {
    for (const uint32_t id : below_) {
      if (goes_[id] && !chosen_[id] && is_held_from_outside(id)) keep(id);
    }
    uint64_t sum = 0;
    for (const uint32_t id : below_) sum += goes_[id] ? heap_.size(id) : 0;
    return sum;
  }

 private:
  bool stays(uint32_t id) const { return !goes_[id] && !heap_.is_garbage(id); }

  bool is_held_from_outside(uint32_t id) const {
    if (heap_.is_immortal(id) || root_of(heap_, id) != nullptr) return true;
    const Range rows = heap_.referrers(id);
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const auto [source, position] = heap_.referrer(row);
      if (source != kNone && stays(source) && heap_.kind(source, position) != HD_REF_WEAK) return true;
    }
    const uint32_t type = heap_.type_of_object(id);
    const Range ranks = type == kNone ? Range{} : heap_.instances(type);
    for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
      if (const uint32_t instance = heap_.by_type(rank); instance != kNone && stays(instance)) return true;
    }
    return false;
  }

  void keep(uint32_t first) {
    std::vector<uint32_t> open{first};
    const auto held = [&](uint32_t id) {
      if (id == kNone || !goes_[id] || chosen_[id]) return;
      goes_.clear(id);
      open.push_back(id);
    };
    goes_.clear(first);
    while (!open.empty()) {
      const uint32_t id = open.back();
      open.pop_back();
      const Range rows = heap_.positions(id);
      for (uint64_t row = rows.begin; row < rows.end; ++row) {
        const uint32_t target = heap_.target(row);
        if (target == kNone || !goes_[target]) continue;
        if (heap_.kind(id, row - rows.begin) != HD_REF_WEAK) held(target);
      }
      held(heap_.types()[heap_.type(id)].object);
    }
  }

  const HeapIndex& heap_;
  Bits goes_, chosen_;
  std::vector<uint32_t> below_;
};

}  // namespace

uint64_t jointly_retained(const HeapIndex& heap, const ObjectTree& paths, std::span<const uint32_t> objects) {
  return objects.size() == 1 ? heap.retained(objects.front()) : Freed(heap, paths, objects).bytes();
}

}  // namespace heapdump
