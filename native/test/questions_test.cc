// Paths that avoid things, patterns of paths, what groups retain, what two heaps have in common: against what
// follows from their definitions in random heaps.
#include <gtest/gtest.h>

#include <set>

#include "analysis/diff.h"
#include "analysis/group_retained.h"
#include "analysis/growth.h"
#include "analysis/leaks.h"
#include "analysis/matching.h"
#include "heap/object_tree.h"
#include "heap/path_patterns.h"
#include "heap/path_search.h"
#include "heap/root_path.h"
#include "index/root_paths.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump {
namespace {

using namespace test;

class QuestionsTest : public HeapTest {};

RandomHeap mortal(uint32_t n, uint32_t references, uint32_t seed) {
  RandomHeap heap(n, references, seed);
  for (auto& node : heap.nodes) node.immortal = false;
  return heap;
}

TEST_F(QuestionsTest, PathsAvoidWhatTheyMustAndAreTheShortest) {
  for (uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const uint32_t n = 2 + seed % 23;
    const RandomHeap heap = mortal(n, seed * 5 % (3 * n), seed);
    const HeapIndex index = open_index(heap.dump());
    for (uint32_t i = 0; i < n; ++i) {
      const uint32_t avoided = (i + 1 + seed) % n;
      if (avoided == i || index.is_garbage(i + 1)) continue;
      const auto paths =
          paths_to_root(index, i + 1, {.objects = {avoided + 1}, .types = {}, .labels = {}}, 3);
      ASSERT_EQ(!paths.empty(), heap.reached(avoided)[i]) << i;
      std::set<uint32_t> roots;
      for (const auto& ids : paths) {
        ASSERT_TRUE(roots.insert(ids.front()).second);
        ASSERT_TRUE(heap.begins(ids.front() - 1));
        ASSERT_EQ(ids.back(), i + 1);
        for (size_t step = 0; step < ids.size(); ++step) {
          ASSERT_NE(ids[step], avoided + 1);
          if (step == 0) continue;
          const auto held = heap.held(ids[step - 1] - 1);
          ASSERT_NE(std::ranges::find(held, ids[step] - 1), held.end());
        }
      }
      const uint32_t distance = heap.named_distance(avoided)[i];
      if (distance != kFar) {
        ASSERT_EQ(paths[0].size() - 1 + root_penalty(root_kind(index, paths[0][0])), distance) << i;
      }
    }
  }
}

TEST_F(QuestionsTest, GroupsRetainWhatTheirMembersDominate) {
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(seed);
    const uint32_t n = 1 + seed % 31, groups = 1 + seed % 4;
    const RandomHeap heap(n, seed * 7 % (3 * n + 1), seed);
    const HeapIndex index = open_index(heap.dump());
    const auto group = [&](uint32_t id) {
      const uint32_t number = (id * 7 + seed) % (groups + 1);
      return id == 0 || number == groups ? kNone : number;
    };
    const auto retained = retained_by_group(index, ObjectTree::of_dominators(index), groups, group);
    // Dominators tell what a group retains member by member: the union of what each dominates.
    const auto held = heap.all_held();
    const auto alive = heap.reached(held, kNone);
    for (uint32_t g = 0; g < groups; ++g) {
      std::set<uint32_t> freed;
      for (uint32_t member = 0; member < n; ++member) {
        if (group(member + 1) != g || !alive[member]) continue;
        const auto without = heap.reached(held, member);
        for (uint32_t k = 0; k < n; ++k) {
          if (alive[k] && !without[k]) freed.insert(k);
        }
      }
      uint64_t size = 0;
      for (const uint32_t k : freed) size += heap.nodes[k].size;
      ASSERT_EQ(retained[g], size) << g;
    }
  }
}

TEST_F(QuestionsTest, SumsAlongPathsAreThoseOfWhatIsBelow) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    const uint32_t n = 1 + seed % 40;
    const HeapIndex index = open_index(RandomHeap(n, 2 * n, seed).dump());
    PageArray<int64_t> sums(index.objects());
    std::vector<int64_t> expected(index.objects());
    int64_t all = 0;
    for (uint32_t id = 0; id < index.objects(); ++id) {
      sums[id] = static_cast<int64_t>(index.size(id));
      for (const uint32_t above : path_ids(index, id)) expected[above] += sums[id];
      all += index.is_garbage(id) ? 0 : sums[id];
    }
    ASSERT_EQ(ObjectTree::of_paths(index).sum_up(sums), all);
    for (uint32_t id = 0; id < index.objects(); ++id) {
      if (index.is_garbage(id)) continue;
      ASSERT_EQ(sums[id], expected[id]);
    }
  }
}

TEST_F(QuestionsTest, APatternIsAFewForALongChain) {
  RandomHeap heap(20000, 0, 1);
  for (uint32_t i = 0; i < heap.nodes.size(); ++i) {
    RandomHeap::Node& node = heap.nodes[i];
    node = {.strong = {}, .weak = {}, .type = i, .size = 48, .root = i == 0 ? HD_ROOT_MODULE : -1};
    if (i + 1 < heap.nodes.size()) node.strong = {i + 1};
  }
  const HeapIndex index = open_index(heap.dump());
  PathPatterns patterns(index);
  std::set<uint32_t> numbers;
  for (uint32_t id = 1; id < index.objects(); ++id) numbers.insert(patterns.of(id));
  EXPECT_LE(numbers.size(), 5u);
  EXPECT_EQ(patterns.format(patterns.of(index.objects() - 1)), "sys.modules['root'][*][*]([*])*");
}

TEST_F(QuestionsTest, AHeapIsTheSameAsItself) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    const HeapIndex index = open_index(RandomHeap(30, 60, seed).dump());
    const Matching matching(index, index);
    for (uint32_t id = 0; id < index.objects(); ++id) {
      ASSERT_EQ(matching.in_old(id), id);
      ASSERT_FALSE(matching.is_gone(id));
    }
    const ObjectTree tree = ObjectTree::of_paths(index);
    const Growth growth(index, tree, &index, &index);
    ASSERT_EQ(growth.total(), 0);
    for (uint32_t id = 0; id < index.objects(); ++id) ASSERT_EQ(growth.of(id), 0);
  }
}

TEST_F(QuestionsTest, WhatCameAndWhatWentAddUp) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const RandomHeap before(25, 50, seed);
    RandomHeap after(25 + seed % 9, 50, seed);  // other references, some other types
    const HeapIndex old = open_index(before.dump(), "old"), now = open_index(after.dump(), "now");
    Groupings old_groupings(old), now_groupings(now);
    const Matching matching(old, now);
    uint64_t count_old = 0, count = 0, kept_old = 0, kept = 0;
    for (const Difference& row :
         find_differences(old, old_groupings.by("type"), now, now_groupings.by("type"), matching)) {
      count_old += row.old.count, count += row.now.count;
      kept_old += row.old.count - row.gone.count, kept += row.kept();
    }
    ASSERT_EQ(count_old, old.objects());
    ASSERT_EQ(count, now.objects());
    ASSERT_EQ(kept, kept_old);
  }
}

}  // namespace
}  // namespace heapdump
