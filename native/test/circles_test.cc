// An index whose columns of dominators and paths lead in circles: every question about it ends.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "analysis/diff.h"
#include "analysis/grouping.h"
#include "analysis/leaks.h"
#include "analysis/partition.h"
#include "analysis/waste.h"
#include "heap/path_search.h"
#include "heap/path_up.h"
#include "heap/root_path.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump {
namespace {

using namespace test;

class CirclesTest : public HeapTest {
 protected:
  // The index of a random heap, and beside it one whose paths and dominators were made up at random.
  void make(uint32_t n, uint32_t seed) {
    const HeapIndex heap = open_index(RandomHeap(n, 2 * n, seed).dump(), "good");
    std::string bytes = read_file(path("good"));
    std::mt19937 random(seed);
    for (const Section section : {Section::kDominator, Section::kPathParent}) {
      const SectionPlace& place = heap.header().sections[static_cast<uint32_t>(section)];
      for (uint32_t id = 0; id < heap.objects(); ++id) {
        const uint32_t parent = static_cast<uint32_t>(random() % heap.objects());
        std::memcpy(bytes.data() + place.offset + 4 * id, &parent, 4);
      }
    }
    write_file(path("circles"), bytes);
  }
};

TEST_F(CirclesTest, EveryQuestionEnds) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    const uint32_t n = 1 + seed % 50;
    make(n, seed);
    const HeapIndex good(path("good")), heap(path("circles"));
    const ObjectTree paths = ObjectTree::of_paths(heap), dominators = ObjectTree::of_dominators(heap);
    Groupings groupings(heap), good_groupings(good);
    for (uint32_t id = 0; id < heap.objects(); ++id) {
      uint32_t up = 0, below = 0;
      for (const uint32_t at : heap.path_up(id)) up += at < heap.objects();
      for (const uint32_t at : dominators.preorder(id)) below += at < heap.objects();
      EXPECT_LE(up, 4 * heap.objects());
      EXPECT_LE(below, heap.objects()) << "an object twice";
      format_path(heap, id);
      paths_to_root(heap, id, {{}, {}, {"no such label"}}, 3);
    }
    Joint joint(heap, groupings.references());
    Bits all(heap.objects());
    for (uint32_t id = 0; id < heap.objects(); ++id) all.set(id);
    for (const GroupingKind& kind : grouping_kinds()) {
      uint64_t count = 0;
      const Partition partition(heap, groupings.by(kind.word), all);
      for (const Partition::Row& row : partition.rows()) count += row.count;
      EXPECT_EQ(partition.all_retained(joint).size(), partition.rows().size());
      EXPECT_EQ(count, heap.objects()) << kind.word;
      find_differences(good, good_groupings.by(kind.word), heap, groupings.by(kind.word),
                       Matching(good, heap));
    }
    find_leaks(heap, paths, dominators, joint, groupings.owners(), nullptr, nullptr);
    find_leaks(heap, paths, dominators, joint, groupings.owners(), &good, &heap);
    find_leaks(heap, paths, dominators, joint, groupings.owners(), &heap, &good);
    Joint good_joint(good, good_groupings.references());
    find_leaks(good, ObjectTree::of_paths(good), ObjectTree::of_dominators(good), good_joint,
               good_groupings.owners(), &heap, &heap);
    find_waste(heap, TypeRoles(heap), groupings.owners(), false);
  }
}

TEST_F(CirclesTest, AWalkOfASoundTreeComesToEachObjectOnce) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    make(1 + seed % 50, seed);
    const HeapIndex heap(path("good"));
    const ObjectTree tree = ObjectTree::of_paths(heap);
    std::vector<uint32_t> seen;
    for (Preorder walk = tree.preorder(ObjectTree::kTop); walk.id() != kNone; walk.next()) {
      ASSERT_EQ(walk.depth(), heap.depth(walk.id()));
      if (walk.depth() > 0) {
        ASSERT_NE(std::ranges::find(seen, heap.path_parent(walk.id())), seen.end()) << "before its holder";
      }
      seen.push_back(walk.id());
    }
    for (const uint32_t id : seen) {
      uint32_t below = 0;
      for (const uint32_t at : tree.preorder(id)) {
        const std::vector<uint32_t> above = path_ids(heap, at);
        EXPECT_NE(std::ranges::find(above, id), above.end());
        below++;
      }
      const auto held = [&](uint32_t other) { return std::ranges::count(path_ids(heap, other), id) != 0; };
      EXPECT_EQ(below, std::ranges::count_if(seen, held));
    }
    std::ranges::sort(seen);
    std::vector<uint32_t> alive;
    for (uint32_t id = 0; id < heap.objects(); ++id) {
      if (!heap.is_garbage(id)) alive.push_back(id);
    }
    EXPECT_EQ(seen, alive);
  }
}

}  // namespace
}  // namespace heapdump
