#include "analysis/collection.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "heap/category.h"
#include "support/error.h"

namespace heapdump {
namespace {

constexpr int kPermanent = 3;

// Of CPython 3.x, the x.
int minor_version(const HeapIndex& heap) {
  const std::string_view version = heap.meta("python_version");
  int minor = 0;
  if (version.starts_with("3.")) std::from_chars(version.data() + 2, version.data() + version.size(), minor);
  return minor;
}

bool is_incremental(const HeapIndex& heap) { return minor_version(heap) >= 14; }

// What is found to be resurrected keeps all other garbage, too, until the next collection.
bool keeps_all(const HeapIndex& heap) { return minor_version(heap) <= 8; }

int generation_of(uint8_t flags) { return flags >> HD_GENERATION_SHIFT & 3; }

bool is_collected(const HeapIndex& heap, uint32_t id, int generation) {
  constexpr uint8_t kNeeded = HD_TRACKED | HD_GENERATION_KNOWN;
  const uint8_t flags = heap.flags(id);
  return (flags & kNeeded) == kNeeded && generation_of(flags) <= generation && !heap.is_immortal(id);
}

// nullptr if a collection can be replayed.
const char* why_unknown(const HeapIndex& heap, int generation) {
  if (!heap.tells_collection()) {
    return heap.meta("mode") == "python"
               ? "a dump of python mode does not tell what a collection goes by: take it in mode fork"
               : "the dump does not tell what a collection goes by, since it is of an older heapdump: take "
                 "it "
                 "again";
  }
  if (generation < 0 || generation >= kPermanent) return "there is no such generation: they are 0, 1 and 2";
  if (generation == 1 && is_incremental(heap)) {
    return "CPython 3.14 collects generation 1 a part at a time, and which one is next is not known: ask for "
           "generation 0 or 2";
  }
  return nullptr;
}

}  // namespace

bool Collection::is_known(const HeapIndex& heap, int generation) {
  return why_unknown(heap, generation) == nullptr;
}

Collection::Collection(const HeapIndex& heap, int generation)
    : heap_(heap),
      references_(heap),
      objects_(heap.objects()),
      reachable_(heap.objects()),
      uncollectable_(heap.objects()),
      finalized_(heap.objects()),
      resurrectable_(heap.objects()),
      outside_(heap.objects()) {
  if (const char* why = why_unknown(heap, generation); why != nullptr)
    throw Error(ExitCode::kUsage, std::string("collection: ") + why);
  update_and_subtract(generation);
  move_unreachable();
  move_legacy_finalizers();
  handle_weak_references();
  find_finalizers();
}

bool Collection::has_legacy_finalizer(uint32_t id) const {
  return is_unreachable(id) && (heap_.types()[heap_.type(id)].finalizer & HD_TP_DEL) != 0;
}

// From 3.14 on young tuples are looked at first that hold nothing which the collector could ever track: they
// are no longer tracked then. A tuple that is held is older, and was looked at before.
void Collection::untrack_tuples() {
  const auto is_young = [&](uint32_t id) {
    return (heap_.flags(id) & HD_TRACKED) != 0 && generation_of(heap_.flags(id)) == 0;
  };
  std::vector<uint32_t> left;
  objects_.each([&](uint32_t id) {
    if (heap_.type_name(id) == "tuple" && is_young(id)) left.push_back(id);
  });
  const auto may_be_tracked = [&](uint32_t id) {
    if (heap_.type_name(id) == "tuple")
      return is_young(id) ? objects_[id] : (heap_.flags(id) & HD_TRACKED) != 0;
    if (const uint32_t type = heap_.type_of_object(id); type != kNone)
      return (heap_.types()[type].flags & kHeapType) != 0;
    return (heap_.types()[heap_.type(id)].flags & kCollected) != 0;
  };
  const auto holds_none = [&](uint32_t id) {
    const Range rows = heap_.positions(id);
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const uint32_t held = heap_.target(row);
      if (held == kNone || may_be_tracked(held)) return false;
    }
    return true;
  };
  for (size_t before = 0; before != left.size();) {
    before = left.size();
    std::erase_if(left, [&](uint32_t id) {
      if (!holds_none(id)) return false;
      objects_.clear(id);
      return true;
    });
  }
}

void Collection::update_and_subtract(int generation) {
  for (uint32_t id = 0; id < heap_.objects(); ++id) {
    if (is_collected(heap_, id, generation)) objects_.set(id);
  }
  if (is_incremental(heap_)) untrack_tuples();
  objects_.each([&](uint32_t id) {
    outside_[id] = static_cast<int32_t>(std::min<uint64_t>(heap_.refcount(id), INT32_MAX));
  });
  references([&](uint32_t, uint32_t target) { outside_[target]--; });
}

template <typename CanJoin>
void Collection::reach(Bits& set, std::vector<uint32_t> from, CanJoin can_join) const {
  while (!from.empty()) {
    const uint32_t id = from.back();
    from.pop_back();
    references_.held(id, [&](uint32_t target) {
      if (can_join(target) && set.add(target)) from.push_back(target);
    });
  }
}

void Collection::move_unreachable() {
  std::vector<uint32_t> from;
  objects_.each([&](uint32_t id) {
    miscounted_ += outside_[id] < 0;
    if (outside_[id] == 0) return;
    reachable_.set(id);
    from.push_back(id);
  });
  reach(reachable_, std::move(from), [&](uint32_t id) { return objects_[id]; });
}

void Collection::move_legacy_finalizers() {
  std::vector<uint32_t> from;
  objects_.each([&](uint32_t id) {
    if (has_legacy_finalizer(id) && uncollectable_.add(id)) from.push_back(id);
  });
  reach(uncollectable_, std::move(from), [&](uint32_t id) { return is_unreachable(id); });
}

void Collection::handle_weak_references() {
  objects_.each([&](uint32_t id) {
    if (!is_trash(id)) return;
    const Range rows = heap_.referrers(id);
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const auto [source, position] = heap_.referrer(row);
      if (source == kNone || heap_.kind(source, position) != HD_REF_WEAK) continue;
      // One that goes as well is not told.
      const uint32_t callback = is_trash(source) ? kNone : field_of(heap_, source, "__callback__");
      if (callback != kNone) callbacks_.push_back({id, source, callback});
    }
  });
}

void Collection::find_finalizers() {
  std::vector<uint32_t> from;
  objects_.each([&](uint32_t id) {
    const bool has_one = (heap_.types()[heap_.type(id)].finalizer & HD_TP_FINALIZE) != 0;
    if (!has_one || !is_trash(id) || heap_.is_finalized(id)) return;
    finalized_.set(id);
    resurrectable_.set(id);
    from.push_back(id);
  });
  if (keeps_all(heap_) && !from.empty()) {
    objects_.each([&](uint32_t id) {
      if (is_trash(id)) resurrectable_.set(id);
    });
    return;
  }
  reach(resurrectable_, std::move(from), [&](uint32_t id) { return is_trash(id); });
}

std::vector<CollectionGroup> collection_groups(const HeapIndex& heap, const Collection& collection) {
  using Kind = CollectionGroup::Kind;
  const size_t types = heap.types().size();
  std::vector<CollectionGroup> all(types * Kind::kKinds);
  collection.objects().each([&](uint32_t id) {
    const auto add = [&](Kind kind, bool is_in) {
      if (is_in) all[kind * types + heap.type(id)].add(heap, id);
    };
    add(Kind::kReachable, !collection.is_unreachable(id));
    add(Kind::kUnreachable, collection.is_unreachable(id));
    add(Kind::kLegacy, collection.has_legacy_finalizer(id));
    add(Kind::kUncollectable, collection.is_uncollectable(id));
    add(Kind::kFinalized, collection.is_finalized(id));
    add(Kind::kResurrectable, collection.may_resurrect(id));
  });
  std::vector<CollectionGroup> found;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].count == 0) continue;
    all[i].kind = static_cast<Kind>(i / types);
    all[i].type = static_cast<uint32_t>(i % types);
    found.push_back(all[i]);
  }
  std::ranges::stable_sort(found, [](const CollectionGroup& a, const CollectionGroup& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.count > b.count;
  });
  return found;
}

}  // namespace heapdump
