// Groupings: what is in which group, and that groups of two heaps are matched by name.
#include "analysis/grouping.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "analysis/diff.h"
#include "analysis/partition.h"
#include "support/error.h"
#include "test/heap_builder.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump {
namespace {

using namespace test;

class GroupingTest : public HeapTest {};

Bits everything(const HeapIndex& heap) {
  Bits all(heap.objects());
  for (uint32_t id = 0; id < heap.objects(); ++id) all.set(id);
  return all;
}

TEST_F(GroupingTest, GroupsHoldEachObjectOnceAndHaveNamesOfTheirOwn) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    const HeapIndex heap = open_index(RandomHeap(40, 80, seed).dump());
    Groupings groupings(heap);
    for (const GroupingKind& kind : grouping_kinds()) {
      Grouping& grouping = groupings.by(kind.word);
      EXPECT_EQ(&grouping, &groupings.by(kind.word)) << "made once";
      uint64_t count = 0, size = 0, all = 0;
      std::set<std::string> names;
      const Partition partition(heap, grouping, everything(heap));
      for (size_t row = 0; row < partition.rows().size(); ++row) {
        const Partition::Row& total = partition.rows()[row];
        count += total.count;
        size += total.size;
        if (row > 0) {
          EXPECT_LE(total.size, partition.rows()[row - 1].size);
        }
        EXPECT_EQ(grouping.of(total.example), total.group);
        if (total.group == kNone) continue;
        EXPECT_LT(total.group, grouping.count());
        EXPECT_TRUE(names.insert(grouping.name(total.group)).second) << "two groups of one name";
      }
      for (uint32_t id = 0; id < heap.objects(); ++id) all += heap.size(id);
      EXPECT_EQ(count, heap.objects());
      EXPECT_EQ(size, all);
    }
  }
}

TEST_F(GroupingTest, AnUnknownWordNamesThoseThatThereAre) {
  const HeapIndex heap = open_index(HeapBuilder().dump());
  Groupings groupings(heap);
  try {
    groupings.by("colour");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_STREQ(
        error.what(),
        "no grouping 'colour': it is one of type, owner, path, module, package, line, kind, rcs, via, size, "
        "content, id, "
        "unity, referrers(…)");
  }
}

TEST_F(GroupingTest, AnObjectIsOfTheNearestModuleOnItsPath) {
  HeapBuilder heap;
  const uint32_t thing = heap.static_type("object"), in_shop = heap.object(thing);
  const uint32_t of_shop = heap.list({in_shop}), shop = heap.module("shop", {{"CACHE", of_shop}});
  const uint32_t framed = heap.object(thing).root(HD_ROOT_FRAME, "main.f_locals['x']"),
                 lost = heap.object(thing);
  // A module that is not in sys.modules under a name of its own, but in another module.
  const uint32_t inner = heap.object(thing);
  const uint32_t hidden = heap.object("module").attribute("__dict__", heap.dict({{"x", inner}}));
  heap.module("app", {{"hidden", hidden}});
  const HeapIndex index = open_index(heap.dump());
  Groupings groupings(index);
  Grouping& modules = groupings.by("module");
  const auto name = [&](uint32_t id) { return modules.name(modules.of(id)); };
  EXPECT_EQ(name(shop), "shop");
  EXPECT_EQ(name(of_shop), "shop");
  EXPECT_EQ(name(in_shop), "shop");
  EXPECT_EQ(name(inner), "app");
  EXPECT_EQ(modules.of(framed), kNone);
  EXPECT_EQ(modules.of(lost), kNone);
  EXPECT_EQ(modules.of(thing), kNone) << "a type of Python itself";
}

TEST_F(GroupingTest, TwoTypesOfOneNameAreTwoGroupsAndOneRowOfAComparison) {
  HeapBuilder one, two;
  for (HeapBuilder* heap : {&one, &two}) {
    const uint32_t first = heap->type("shop", "Row"), second = heap->type("shop", "Row");
    heap->module("shop", {{"A", heap->object(first)}, {"B", heap->object(second)}});
    if (heap == &two) heap->module("app", {{"C", heap->object(second)}});
  }
  const HeapIndex old = open_index(one.dump(), "old"), now = open_index(two.dump(), "now");
  Groupings old_groupings(old), now_groupings(now);
  std::multiset<uint64_t> counts;
  const Partition types(now, now_groupings.by("type"), everything(now));
  for (const Partition::Row& total : types.rows()) {
    if (now_groupings.by("type").name(total.group) == "shop.Row") counts.insert(total.count);
  }
  EXPECT_EQ(counts, (std::multiset<uint64_t>{1, 2}));
  uint64_t rows = 0;
  for (const Difference& row :
       find_differences(old, old_groupings.by("type"), now, now_groupings.by("type"), Matching(old, now))) {
    if (row.name != "shop.Row") continue;
    ++rows;
    EXPECT_EQ(row.old.count, 2u);
    EXPECT_EQ(row.now.count, 3u);
    EXPECT_EQ(row.added.count, 1u);
    EXPECT_EQ(row.gone.count, 0u);
  }
  EXPECT_EQ(rows, 1u);
}

TEST_F(GroupingTest, WhatIsCountedOfOneHeapIsItsHalfOfAComparison) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const HeapIndex old = open_index(RandomHeap(40, 80, seed).dump(), "old");
    const HeapIndex now = open_index(RandomHeap(50, 90, seed + 1).dump(), "now");
    Groupings old_groupings(old), now_groupings(now);
    for (const GroupingKind& kind : grouping_kinds()) {
      std::map<std::string, std::pair<uint64_t, uint64_t>> before, after;
      for (const Difference& row : find_differences(old, old_groupings.by(kind.word), now,
                                                    now_groupings.by(kind.word), Matching(old, now))) {
        if (row.old.count > 0) before[row.name] = {row.old.count, row.old.size};
        if (row.now.count > 0) after[row.name] = {row.now.count, row.now.size};
      }
      const auto counted = [&](const HeapIndex& heap, Groupings& groupings) {
        std::map<std::string, std::pair<uint64_t, uint64_t>> counts;
        for (const GroupCount& row : count_groups(heap, groupings.by(kind.word), nullptr))
          EXPECT_TRUE(counts.try_emplace(row.name, row.all.count, row.all.size).second) << row.name;
        return counts;
      };
      EXPECT_EQ(counted(old, old_groupings), before) << kind.word;
      EXPECT_EQ(counted(now, now_groupings), after) << kind.word;
    }
  }
}

TEST_F(GroupingTest, GroupsOfTwoHeapsAreMatchedByName) {
  HeapBuilder one, two;
  one.module("only_before", {});
  one.module("shop", {{"CACHE", one.list({})}});
  const uint32_t filler = two.object(two.static_type("object"));  // other numbers for the same names
  two.module("app", {{"x", filler}});
  two.module("shop", {{"CACHE", two.list({two.list({}), two.list({})})}});
  const HeapIndex old = open_index(one.dump(), "old"), now = open_index(two.dump(), "now");
  Groupings old_groupings(old), now_groupings(now);
  const auto rows =
      find_differences(old, old_groupings.by("module"), now, now_groupings.by("module"), Matching(old, now));
  std::set<std::string> names;
  for (const Difference& row : rows) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    if (row.name == "shop") {
      EXPECT_EQ(row.now.count, row.old.count + 2);
    }
    if (row.name == "only_before") {
      EXPECT_EQ(row.now.count, 0u);
    }
    if (row.name == "app") {
      EXPECT_EQ(row.old.count, 0u);
    }
  }
  EXPECT_EQ(names, (std::set<std::string>{"", "app", "only_before", "shop"}));
}

}  // namespace
}  // namespace heapdump
