// Groups of the tree of dominators: everything alive is in one, and each retains itself and what is below it.
#include "analysis/dominator_groups.h"

#include <gtest/gtest.h>

#include "test/heap_builder.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump {
namespace {

using namespace test;

constexpr uint32_t kAllLevels = 100;

class DominatorGroupsTest : public HeapTest {};

// What the groups at one level below `parent` retain, hidden ones too.
uint64_t below(const std::vector<DominatorGroup>& groups, uint32_t parent) {
  uint64_t sum = parent == kNone ? 0 : groups[parent].hidden_retained;
  for (const DominatorGroup& group : groups) {
    if (group.parent == parent) sum += group.retained;
  }
  return sum;
}

TEST_F(DominatorGroupsTest, EachRetainsItselfAndWhatIsBelowIt) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    const HeapIndex heap = open_index(RandomHeap(40, 80, seed).dump());
    const ObjectTree dominators = ObjectTree::of_dominators(heap);
    for (const uint64_t least : {0, 500, 3000}) {
      const auto groups = group_dominators(heap, dominators, {}, kAllLevels, least);
      uint64_t alive = 0, size = 0, count = 0;
      for (uint32_t id = 0; id < heap.objects(); ++id) {
        if (heap.is_garbage(id)) continue;
        alive++;
        size += heap.size(id);
      }
      for (uint32_t i = 0; i < groups.size(); ++i) {
        count += groups[i].count;
        EXPECT_EQ(groups[i].retained, groups[i].size + below(groups, i)) << seed;
        EXPECT_GE(groups[i].retained, least);
        EXPECT_EQ(heap.type(groups[i].example), groups[i].type);
        if (groups[i].parent == kNone) continue;
        EXPECT_LT(groups[i].parent, i);
        EXPECT_EQ(groups[groups[i].parent].depth + 1, groups[i].depth);
      }
      if (least > 0) continue;
      EXPECT_EQ(count, alive);
      EXPECT_EQ(below(groups, kNone), size);
    }
  }
}

TEST_F(DominatorGroupsTest, OfObjectsOfWhichOneDominatesAnotherTheOtherIsNotCounted) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    const HeapIndex heap = open_index(RandomHeap(40, 80, seed).dump());
    const ObjectTree dominators = ObjectTree::of_dominators(heap);
    std::vector<uint32_t> all;
    uint64_t top = 0;
    for (uint32_t id = 0; id < heap.objects(); ++id) {
      if (heap.is_garbage(id)) continue;
      all.push_back(id);
      top += heap.dominator(id) == kNone;
    }
    uint64_t count = 0;
    for (const DominatorGroup& group : group_dominators(heap, dominators, all, 1, 0)) count += group.count;
    EXPECT_EQ(count, top);
    for (const uint32_t id : all) {
      const auto groups = group_dominators(heap, dominators, {&id, 1}, 1, 0);
      ASSERT_EQ(groups.size(), 1);
      EXPECT_EQ(groups[0].retained, heap.retained(id));
    }
  }
}

}  // namespace
}  // namespace heapdump
