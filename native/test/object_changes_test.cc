// What differs of one object between two dumps. Both heaps of a test are built object by object in the same
// order, so that what has the same number has the same address.
#include "analysis/object_changes.h"

#include <gtest/gtest.h>

#include <set>

#include "test/heap_builder.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump::test {
namespace {

using Kind = ObjectChange::Kind;

class ObjectChangesTest : public HeapTest {
 protected:
  // `KIND PART WAS IS`, with numbers.
  std::set<std::string> changes(const HeapBuilder& before, const HeapBuilder& after, uint32_t number,
                                bool is_whole = true) {
    const HeapIndex old = open_index(before.dump(), "old"), now = open_index(after.dump(), "now");
    std::set<std::string> found;
    for (const ObjectChange& change :
         object_changes(old, old.find(address_of(number)), now, now.find(address_of(number)), is_whole)) {
      constexpr const char* kKinds[] = {"object", "content", "line", "reference", "unknown"};
      const auto text = [](uint32_t id) { return id == kNone ? std::string("-") : std::to_string(id); };
      found.insert(kKinds[static_cast<int>(change.kind)] + (" " + change.part) + " " + text(change.was) +
                   " " + text(change.now));
    }
    return found;
  }
};

using Set = std::set<std::string>;

TEST_F(ObjectChangesTest, AHeapIsTheSameAsItself) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    const HeapIndex index = open_index(RandomHeap(30, 60, seed).dump());
    for (uint32_t id = 0; id < index.objects(); ++id)
      ASSERT_TRUE(object_changes(index, id, index, id, true).empty());
  }
}

TEST_F(ObjectChangesTest, AttributesWhereverTheyStand) {
  const auto make = [](HeapBuilder& heap, bool in_dict, bool later) {
    const uint32_t one = heap.str("one"), two = heap.str("two");
    const uint32_t type = heap.type("app", "User");
    HeapObject& user = heap.object(type);
    if (!in_dict) {
      user.attribute("name", later ? two : one)
          .attribute("same", one)
          .attribute("gone", later ? kNothing : one);
      heap.str("name"), heap.str("same"), heap.str("gone"), heap.object("dict");
    } else {
      const uint32_t name = heap.str("name"), same = heap.str("same"), gone = heap.str("gone");
      HeapObject& dict = heap.object("dict").entry(name, later ? two : one).entry(same, one);
      if (!later) dict.entry(gone, one);
      user.field("__dict__", dict);
    }
    return uint32_t{user};
  };
  for (const bool was_in_dict : {false, true}) {
    for (const bool is_in_dict : {false, true}) {
      HeapBuilder before, after;
      const uint32_t user = make(before, was_in_dict, false);
      make(after, is_in_dict, true);
      EXPECT_EQ(changes(before, after, user), (Set{"reference .name 2 3", "reference .gone 2 -"}));
    }
  }
}

TEST_F(ObjectChangesTest, AReferentThatIsAnotherObjectNow) {
  HeapBuilder before, after;
  const uint32_t held = before.object("float").content("1.5");
  after.object("float").content("2.5");
  const uint32_t list = before.list({held, held});
  after.list({held, held});
  EXPECT_EQ(changes(before, after, list), (Set{"reference [0] 2 2", "reference [1] 2 2"}));
  EXPECT_EQ(changes(before, after, held), (Set{"object  - -"}));
}

TEST_F(ObjectChangesTest, SetsInAnotherOrderAreTheSame) {
  HeapBuilder before, after;
  const uint32_t a = before.str("a"), b = before.str("b"), c = before.str("c");
  after.str("a"), after.str("b"), after.str("c");
  const uint32_t set = before.set({a, b});
  after.set({b, a});
  EXPECT_EQ(changes(before, after, set), Set{});
  HeapBuilder more;
  more.str("a"), more.str("b"), more.str("c");
  more.set({c, b, a});
  EXPECT_EQ(changes(before, more, set), (Set{"reference <element 'c'> - " + std::to_string(c)}));
}

TEST_F(ObjectChangesTest, ATupleNeverChanges) {
  HeapBuilder before, after;
  const uint32_t a = before.str("a"), b = before.str("b");
  after.str("a"), after.str("b");
  const uint32_t tuple = before.tuple({a});
  after.tuple({b});
  EXPECT_EQ(changes(before, after, tuple), (Set{"object  - -"}));
}

TEST_F(ObjectChangesTest, WhatOneOfThemDoesNotHaveIsNotCompared) {
  HeapBuilder before, after;
  const uint32_t text = before.str("abc");
  after.str("abcdef").content("abc", HD_CONTENT_IS_TEXT | HD_CONTENT_CUT);
  EXPECT_EQ(changes(before, after, text), (Set{"unknown content - -"}));

  // Items that only a tp_traverse tells.
  HeapBuilder all, named;
  const uint32_t a = all.str("a");
  named.str("a");
  const uint32_t deque = all.object("collections.deque").items({a});
  named.object("collections.deque").items({});
  EXPECT_EQ(changes(all, named, deque, false), Set{});
  EXPECT_EQ(changes(all, named, deque), (Set{"reference [0] 2 -"}));
}

TEST_F(ObjectChangesTest, EntriesThatAreNotHeldAreNoEntriesThatAre) {
  HeapBuilder before, after;
  const uint32_t key = before.str("key");
  after.str("key");
  const uint32_t dict = before.object("dict").holds({HD_REF_WEAK, HD_REF_WEAK}, {key, key});
  after.object("dict").entry(key, key);
  EXPECT_EQ(changes(before, after, dict), (Set{"unknown entries - -"}));
}

TEST_F(ObjectChangesTest, WhereAGeneratorWaits) {
  HeapBuilder before, later, running;
  const uint32_t generator = before.object("generator").waits(3);
  later.object("generator").waits(7);
  running.object("generator");
  EXPECT_EQ(changes(before, before, generator), Set{});
  EXPECT_EQ(changes(before, later, generator), (Set{"line line 3 → line 7 - -"}));
  EXPECT_EQ(changes(before, running, generator), (Set{"line line 3 → running or ended - -"}));
  HeapBuilder runs;
  const uint32_t local = runs.str("x");
  const uint32_t one = runs.object("generator").local("x", local);
  EXPECT_EQ(changes(runs, runs, one), (Set{"unknown line - -"}));
}

}  // namespace
}  // namespace heapdump::test
