// Collections replayed, beside one that is worked out from the objects as the test made them; and why garbage
// stays.
#include "analysis/collection.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "analysis/garbage.h"
#include "support/error.h"
#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;
using Ids = std::set<uint32_t>;

class CollectionTest : public HeapTest {
 protected:
  HeapBuilder heap_;

  static std::vector<GarbageGroup> garbage_of(const HeapIndex& index) {
    std::map<int, Collection> kept;
    const StrongReferences references(index);
    Joint joint(index, references);
    return find_garbage(index, references, joint, [&](int generation) -> const Collection& {
      return kept.try_emplace(generation, index, generation).first->second;
    });
  }
};

// As plainly as can be.
struct Plain {
  std::map<uint32_t, std::vector<uint32_t>> edges;
  std::map<uint32_t, int64_t> outside;
  Ids young, unreachable, uncollectable, finalized, resurrectable;

  Ids reach(Ids found, const Ids& within) const {
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& [source, targets] : edges) {
        for (const uint32_t target : targets)
          changed |= found.contains(source) && within.contains(target) && found.insert(target).second;
      }
    }
    return found;
  }
};

struct Made {
  uint32_t id;
  int generation;  // 3: it is not collected
  bool immortal, was_finalized;
  uint8_t finalizer;
  uint64_t refcount;
};

Plain replay(const std::vector<Made>& all, const std::map<uint32_t, std::vector<uint32_t>>& edges,
             int generation) {
  Plain plain;
  for (const Made& made : all) {
    if (made.generation <= generation && !made.immortal) plain.young.insert(made.id);
  }
  for (const Made& made : all) {
    if (plain.young.contains(made.id)) plain.outside[made.id] = static_cast<int64_t>(made.refcount);
  }
  for (const auto& [source, targets] : edges) {
    if (!plain.young.contains(source)) continue;
    for (const uint32_t target : targets) {
      if (!plain.young.contains(target)) continue;
      plain.edges[source].push_back(target);
      plain.outside[target]--;
    }
  }
  Ids reachable;
  for (const auto& [id, count] : plain.outside) {
    if (count != 0) reachable.insert(id);
  }
  reachable = plain.reach(reachable, plain.young);
  for (const uint32_t id : plain.young) {
    if (!reachable.contains(id)) plain.unreachable.insert(id);
  }
  for (const Made& made : all) {
    if (plain.unreachable.contains(made.id) && (made.finalizer & HD_TP_DEL) != 0)
      plain.uncollectable.insert(made.id);
  }
  plain.uncollectable = plain.reach(plain.uncollectable, plain.unreachable);
  Ids trash;
  for (const uint32_t id : plain.unreachable) {
    if (!plain.uncollectable.contains(id)) trash.insert(id);
  }
  for (const Made& made : all) {
    if (trash.contains(made.id) && (made.finalizer & HD_TP_FINALIZE) != 0 && !made.was_finalized)
      plain.finalized.insert(made.id);
  }
  plain.resurrectable = plain.reach(plain.finalized, trash);
  return plain;
}

TEST_F(CollectionTest, IsThatOfAPlainReplayOnRandomHeaps) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    HeapBuilder heap;
    std::vector<uint32_t> types;
    for (uint8_t kind = 0; kind < 4; ++kind)
      types.push_back(
          heap.object(0).names_type("app", "Type" + std::to_string(kind), 0).has_finalizer(kind).untracked());
    const uint32_t first = heap.size(), count = 5 + below(60);
    std::vector<Made> all;
    for (uint32_t i = 0; i < count; ++i) {
      // Those with a finalizer of the old form are rare, or nothing would be collected.
      const uint8_t kind =
          below(8) == 0 ? static_cast<uint8_t>(2 + below(2)) : static_cast<uint8_t>(below(2));
      const Made made{first + i, static_cast<int>(below(4)), below(20) == 0, below(4) == 0, kind, 0};
      heap.object(types[kind]);
      all.push_back(made);
    }
    std::map<uint32_t, std::vector<uint32_t>> edges;
    std::map<uint32_t, uint64_t> counts;
    for (const Made& made : all) {
      const uint32_t reported = first + below(count), hidden = first + below(count);
      HeapObject& object = heap[made.id];
      object.slot("reported", reported).slot("hidden", hidden).weak("weak", first + below(count));
      object.does_not_report({1});
      edges[made.id].push_back(reported);
      counts[reported]++;
      if (below(10) == 0) counts[hidden]++;
      std::vector<uint32_t> items;
      for (uint32_t n = below(3); n > 0; --n) items.push_back(first + below(count));
      for (const uint32_t item : items) {
        edges[made.id].push_back(item);
        counts[item]++;
      }
      object.items(items);
    }
    for (Made& made : all) {
      made.refcount = counts[made.id] + (below(9) == 0 ? 1 : 0);
      HeapObject& object = heap[made.id].refcount(made.refcount);
      object.generation(static_cast<uint8_t>(made.generation));
      if (made.immortal) object.immortal();
      if (made.was_finalized) object.was_finalized();
    }
    const HeapIndex index = open_index(heap.dump());
    for (int generation = 0; generation < 3; ++generation) {
      const Plain plain = replay(all, edges, generation);
      const Collection collection(index, generation);
      for (const Made& made : all) {
        const uint32_t id = made.id;
        SCOPED_TRACE("seed " + std::to_string(seed) + ", object " + std::to_string(id));
        ASSERT_EQ(collection.objects()[id], plain.young.contains(id));
        if (!plain.young.contains(id)) continue;
        ASSERT_EQ(collection.outside(id), plain.outside.at(id));
        ASSERT_EQ(collection.is_unreachable(id), plain.unreachable.contains(id));
        ASSERT_EQ(collection.is_uncollectable(id), plain.uncollectable.contains(id));
        ASSERT_EQ(collection.is_finalized(id), plain.finalized.contains(id));
        ASSERT_EQ(collection.may_resurrect(id), plain.resurrectable.contains(id));
      }
    }
  }
}

TEST_F(CollectionTest, CountsTheTypeOfAHeapTypesObjects) {
  const uint32_t type = heap_.type("app", "Made").generation(0).refcount(1);
  const uint32_t made = heap_.object(type).generation(0).refcount(1);
  heap_[type].field("of", made);
  const HeapIndex index = open_index(heap_.dump());
  const Collection collection(index, 0);
  EXPECT_TRUE(collection.is_unreachable(type));
  EXPECT_TRUE(collection.is_unreachable(made));
  heap_[made].does_not_report({}, HD_UNREPORTED_TYPE);
  const HeapIndex other = open_index(heap_.dump());
  EXPECT_FALSE(Collection(other, 0).is_unreachable(made));
}

TEST_F(CollectionTest, IsRefusedWhereTheDumpDoesNotTellEnough) {
  heap_.object("object");
  const HeapIndex index = open_index(heap_.dump("python"));
  EXPECT_THROW(Collection(index, 2), Error);
  const HeapIndex whole = open_index(heap_.dump());
  EXPECT_THROW(Collection(whole, 3), Error);
  EXPECT_THROW(Collection(whole, -1), Error);
}

TEST_F(CollectionTest, GarbageStaysForReasons) {
  const auto circle = [&](const std::string& type, uint8_t generation) {
    const uint32_t made = heap_.object(type).refcount(1).generation(generation);
    heap_[made].slot("self", made).slot("text", heap_.str(type));
    return made;
  };
  const uint32_t old_form = heap_.static_type("Legacy");
  heap_[old_form].has_finalizer(HD_TP_DEL);
  circle("Young", 0);
  circle("Old", 2);
  circle("Legacy", 1);
  circle("Frozen", 3);
  // It has a reference that is not reported: the collector takes it to be reachable.
  const uint32_t hidden = circle("Hidden", 0);
  heap_[hidden].does_not_report({0});
  const uint32_t saved = heap_.object("Saved").refcount(1).generation(2);
  heap_.list({saved}).root(HD_ROOT_INTERPRETER, "gc.garbage").generation(2).refcount(1);
  const HeapIndex index = open_index(heap_.dump());
  std::map<std::string, std::pair<GarbageReason, uint64_t>> found;
  std::map<GarbageReason, uint64_t> counts;
  for (const GarbageGroup& group : garbage_of(index)) {
    counts[group.reason] += group.count;
    found[std::string(index.text(index.types()[group.type].name))] = {group.reason, group.generation};
  }
  using enum GarbageReason;
  const std::pair<GarbageReason, uint64_t> young{kUncollected, 0}, old{kUncollected, 2},
      legacy{kUncollectable, kNoGeneration}, frozen{kFrozen, kNoGeneration},
      not_known{kHidden, kNoGeneration}, in_list{kSaved, kNoGeneration};
  EXPECT_EQ(found["Young"], young);
  EXPECT_EQ(found["Old"], old);
  EXPECT_EQ(found["Legacy"], legacy);
  EXPECT_EQ(found["Frozen"], frozen);
  EXPECT_EQ(found["Hidden"], not_known);
  EXPECT_EQ(found["Saved"], in_list);
  // Each with its text, but the saved one, which has none.
  EXPECT_EQ(counts[kUncollected], 4u);
  EXPECT_EQ(counts[kUncollectable], 2u);
  EXPECT_EQ(counts[kFrozen], 2u);
  EXPECT_EQ(counts[kHidden], 2u);
  EXPECT_EQ(counts[kSaved], 1u);
}

}  // namespace
}  // namespace heapdump
