// Dominators, retained sizes, garbage and the paths from roots, against what follows from their definitions.
#include <gtest/gtest.h>

#include "test/heap_shapes.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump {
namespace {

using namespace test;

class DominatorsTest : public HeapTest {
 protected:
  static void check_paths(const RandomHeap& heap, const HeapIndex& index, const std::vector<bool>& alive) {
    const std::vector<uint32_t> named = heap.named_distance();
    for (uint32_t i = 0; i < heap.nodes.size(); ++i) {
      if (!alive[i]) continue;
      uint32_t at = i + 1;  // the type that is always there has id 0
      uint32_t steps = 0;
      for (; index.path_parent(at) != at; at = index.path_parent(at), steps++) {
        const auto held = heap.held(index.path_parent(at) - 1);
        ASSERT_NE(std::ranges::find(held, at - 1), held.end());
        ASSERT_LE(steps, heap.nodes.size());
      }
      ASSERT_EQ(index.depth(i + 1), steps);
      ASSERT_TRUE(heap.begins(at - 1));
      if (named[i] != kFar) {
        ASSERT_EQ(steps + RandomHeap::lead(heap.nodes[at - 1].root), named[i]);
      }
    }
  }

  static void check(const RandomHeap& heap, const HeapIndex& index) {
    const uint32_t n = static_cast<uint32_t>(heap.nodes.size());
    const std::vector<bool> alive = heap.reached();
    const auto held = heap.all_held();
    std::vector<std::vector<bool>> without;
    for (uint32_t i = 0; i < n; ++i) without.push_back(heap.reached(held, i));
    const auto dominates = [&](uint32_t d, uint32_t i) { return alive[i] && !without[d][i]; };
    for (uint32_t i = 0; i < n; ++i) {
      ASSERT_EQ(index.is_garbage(i + 1), !alive[i]) << i;
      if (!alive[i]) {
        ASSERT_EQ(index.dominator(i + 1), kNone);
        continue;
      }
      uint64_t retained = 0;
      for (uint32_t k = 0; k < n; ++k) retained += dominates(i, k) ? heap.nodes[k].size : 0;
      ASSERT_EQ(index.retained(i + 1), retained) << i;
      uint32_t immediate = kNone;  // the dominator that all others dominate
      for (uint32_t d = 0; d < n; ++d) {
        if (d != i && dominates(d, i) && (immediate == kNone || dominates(immediate, d))) immediate = d;
      }
      ASSERT_EQ(index.dominator(i + 1), immediate == kNone ? kNone : immediate + 1) << i;
    }
    check_paths(heap, index, alive);
  }
};

TEST_F(DominatorsTest, FollowFromTheirDefinitionInRandomHeaps) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    const uint32_t n = 1 + seed % 37;
    const RandomHeap heap(n, seed * 7 % (3 * n + 1), seed);
    check(heap, open_index(heap.dump()));
    if (HasFatalFailure()) return;
  }
}

TEST_F(DominatorsTest, FollowFromTheirDefinitionInLargerHeaps) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const RandomHeap heap(300, 200 + 40 * seed, seed);
    check(heap, open_index(heap.dump()));
    if (HasFatalFailure()) return;
  }
}

TEST_F(DominatorsTest, GarbageIsGroupedByWhatFallsTogether) {
  // 1 → 2 ⇄ 3 → 4: nothing holds 1, so that it takes all with it, and the cycle takes 4.
  RandomHeap heap(6, 0, 0);
  for (uint32_t i = 0; i < 6; ++i) heap.nodes[i] = {{}, {}, i, 100};
  heap.nodes[0].root = HD_ROOT_MODULE;
  heap.nodes[1].strong = {2};
  heap.nodes[2].strong = {3};
  heap.nodes[3].strong = {2, 4};
  heap.nodes[4].strong = {0};
  const HeapIndex index = open_index(heap.dump());
  EXPECT_EQ(index.retained(2), 400);
  EXPECT_EQ(index.retained(3), 300);
  EXPECT_EQ(index.retained(4), 200);
  EXPECT_EQ(index.retained(5), 100);
  EXPECT_EQ(index.retained(1), 100);
  EXPECT_TRUE(index.is_garbage(2) && index.is_garbage(5) && !index.is_garbage(1));
}

// Chains, hubs and cycles of many objects: no recursion, and the largest values in their columns.
TEST_F(DominatorsTest, HoldInEveryShape) {
  constexpr uint32_t kObjects = 200'000;
  for (const std::string shape : {"mixed", "list", "chain", "hub", "random", "cycle", "shared"}) {
    SCOPED_TRACE(shape);
    write_shape(shape, kObjects, path("heap.bin"));
    ensure_index(path("heap.bin"), path("heap"), [](double) {});
    const HeapIndex index(path("heap"));
    uint64_t alive = 0, at_top = 0;
    for (uint32_t id = 0; id < index.objects(); ++id) {
      ASSERT_FALSE(index.is_garbage(id));
      alive += index.size(id);
      if (index.dominator(id) == kNone) at_top += index.retained(id);
    }
    EXPECT_EQ(alive, at_top);
    ASSERT_EQ(index.ranked(), kRanked);
    for (uint32_t rank = 1; rank < kRanked; ++rank) {
      ASSERT_GE(index.retained(index.by_retained(rank - 1)), index.retained(index.by_retained(rank)));
    }
    const uint64_t min = index.retained(index.by_retained(kRanked - 1));
    uint32_t more = 0;
    for (uint32_t id = 0; id < index.objects(); ++id) more += index.retained(id) > min;
    EXPECT_LT(more, kRanked) << "none that retains more is left out";
    const uint32_t last = index.find(address_of(HeapFile::at(kObjects - 1)));
    if (shape == "chain" || shape == "cycle") {
      EXPECT_EQ(index.depth(last), kObjects - 1);
      EXPECT_EQ(index.dominator(last), last - 1);
    }
  }
}

}  // namespace
}  // namespace heapdump
