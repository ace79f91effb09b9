#include "analysis/garbage.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "heap/category.h"
#include "heap/namespaces.h"
#include "support/bits.h"
#include "support/page_array.h"

namespace heapdump {
namespace {

// A reason and a generation as one number; 0 for what is not garbage, and for what is not told yet.
struct Why {
  GarbageReason reason;
  uint8_t generation;
};

constexpr Why kWhys[] = {
    {},
    // Those that stay longest first: what several keep stays as long as the first of them.
    {GarbageReason::kSaved, kNoGeneration},
    {GarbageReason::kUncollectable, kNoGeneration},
    {GarbageReason::kFrozen, kNoGeneration},
    {GarbageReason::kUncollected, 2},
    {GarbageReason::kUncollected, 1},
    {GarbageReason::kUncollected, 0},
    {GarbageReason::kHidden, kNoGeneration},
    {GarbageReason::kUnknown, kNoGeneration},
};
constexpr uint8_t number_of(GarbageReason reason, uint8_t generation = kNoGeneration) {
  for (uint8_t i = 1; i < std::size(kWhys); ++i) {
    if (kWhys[i].reason == reason && kWhys[i].generation == generation) return i;
  }
  return 0;
}

// The list gc.garbage, or kNone: of 3.8 only the module has it.
uint32_t garbage_list(const HeapIndex& heap) {
  for (const RootRow& root : heap.roots()) {
    if (root.kind == HD_ROOT_INTERPRETER && heap.text(root.name) == "gc.garbage") return root.object;
  }
  const uint32_t module = heap.namespaces().module("gc");
  const uint32_t dict = module == kNone ? kNone : field_of(heap, module, "__dict__");
  return dict == kNone ? kNone : heap.namespaces().entry(dict, "garbage");
}

class Garbage {
 public:
  Garbage(const HeapIndex& heap, const StrongReferences& references)
      : heap_(heap), references_(references), why_(heap.objects()) {}

  void add_saved(Joint& joint) {
    const uint32_t list = garbage_list(heap_);
    if (list == kNone || heap_.positions(list).size() == 0) return;
    Bits set(heap_.objects());
    set.set(list);
    joint.freed_with(set).each([&](uint32_t id) {
      if (id != list) why_[id] = number_of(GarbageReason::kSaved);
    });
  }

  void add_collected(const std::function<const Collection&(int)>& collection) {
    for (const int generation : {2, 1, 0}) {
      if (!Collection::is_known(heap_, generation)) continue;
      const Collection& replayed = collection(generation);
      const uint8_t uncollected = number_of(GarbageReason::kUncollected, static_cast<uint8_t>(generation));
      replayed.objects().each([&](uint32_t id) {
        if (replayed.is_trash(id)) why_[id] = uncollected;
        if (generation == 2 && replayed.is_uncollectable(id))
          why_[id] = number_of(GarbageReason::kUncollectable);
      });
    }
    constexpr uint8_t kPermanent = HD_TRACKED | HD_GENERATION_KNOWN | 3 << HD_GENERATION_SHIFT;
    for (uint32_t id = 0; id < heap_.objects(); ++id) {
      if (why_[id] == 0 && heap_.is_garbage(id) && (heap_.flags(id) & kPermanent) == kPermanent)
        why_[id] = number_of(GarbageReason::kFrozen);
    }
  }

  // What the collector does not look at stays with what holds it.
  void spread() {
    for (uint8_t why = number_of(GarbageReason::kUncollectable); why < number_of(GarbageReason::kHidden);
         ++why) {
      std::vector<uint32_t> from;
      for (uint32_t id = 0; id < heap_.objects(); ++id) {
        if (why_[id] == why) from.push_back(id);
      }
      while (!from.empty()) {
        const uint32_t id = from.back();
        from.pop_back();
        references_.held(id, [&](uint32_t target, uint64_t) {
          if (why_[target] != 0 || !heap_.is_garbage(target)) return;
          why_[target] = why;
          from.push_back(target);
        });
      }
    }
  }

  std::vector<GarbageGroup> groups(GarbageReason otherwise) const {
    const size_t types = heap_.types().size();
    std::vector<GarbageGroup> all(types * std::size(kWhys));
    for (uint32_t id = 0; id < heap_.objects(); ++id) {
      const uint8_t why = why_[id] != 0 ? why_[id] : heap_.is_garbage(id) ? number_of(otherwise) : uint8_t{0};
      if (why != 0) all[why * types + heap_.type(id)].add(heap_, id);
    }
    std::vector<GarbageGroup> found;
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].count == 0) continue;
      all[i].reason = kWhys[i / types].reason;
      all[i].generation = kWhys[i / types].generation;
      all[i].type = static_cast<uint32_t>(i % types);
      found.push_back(all[i]);
    }
    std::ranges::stable_sort(found, std::greater(), &GarbageGroup::size);
    return found;
  }

 private:
  const HeapIndex& heap_;
  const StrongReferences& references_;
  PageArray<uint8_t> why_;  // by id, a row of kWhys
};

}  // namespace

std::vector<GarbageGroup> find_garbage(const HeapIndex& heap, const StrongReferences& references,
                                       Joint& joint,
                                       const std::function<const Collection&(int)>& collection) {
  Garbage garbage(heap, references);
  garbage.add_saved(joint);
  if (!heap.tells_collection()) return garbage.groups(GarbageReason::kUnknown);
  garbage.add_collected(collection);
  garbage.spread();
  return garbage.groups(GarbageReason::kHidden);
}

}  // namespace heapdump
