// Columns in two halves and orders of a part of the ids: what was written is what is read.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "index/descending.h"
#include "index/high_halves.h"
#include "index/split_rows.h"
#include "support/parallel.h"
#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

// Values of which one in `rarity` does not fit 16 bits.
std::vector<uint32_t> random_values(size_t count, uint32_t rarity, std::mt19937& random) {
  std::vector<uint32_t> values(count);
  for (uint32_t& value : values) value = random() % rarity == 0 ? random() : random() & UINT16_MAX;
  return values;
}

TEST(HighHalvesTest, AreReadAsTheyWereAddedByThreadsInPieces) {
  std::mt19937 random(1);
  for (const uint32_t rarity : {1, 2, 30, 5000, 1 << 30}) {
    const std::vector<uint32_t> values = random_values(10000 + random() % 64, rarity, random);
    HighHalves high;
    high.resize(values.size());
    constexpr size_t kPiece = 97;  // pieces meet within blocks
    in_parallel(4, [&](uint32_t worker) {
      for (size_t first = worker * kPiece; first < values.size(); first += 4 * kPiece) {
        high.add(first, std::span(values).subspan(first, std::min(kPiece, values.size() - first)));
      }
    });
    std::vector<uint16_t> low(values.begin(), values.end());
    const SplitRows rows{low, high.blocks(), high.words()};
    for (size_t i = 0; i < values.size(); ++i) ASSERT_EQ(rows[i], values[i]) << i;
  }
}

TEST(HighHalvesTest, DamageNeverLeadsOutOfThem) {
  std::mt19937_64 random(2);
  const std::vector<uint16_t> low(64);
  for (int round = 0; round < 10000; ++round) {
    const std::vector<uint32_t> blocks{static_cast<uint32_t>(random() % 2 == 0 ? random() : random() % 20)};
    std::vector<uint64_t> words(random() % 20);
    for (uint64_t& word : words) word = random();
    const SplitRows rows{low, blocks, words};
    for (size_t i = 0; i < low.size(); ++i) (void)rows[i];
  }
}

TEST(DescendingTest, GivesTheFirstOfAStableSort) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const std::vector<uint32_t> values = random_values(random() % 300, 1 + random() % 50, random);
    const uint32_t few = 1 + random() % 100;  // many ties
    const auto value = [&](uint32_t id) { return uint64_t{values[id]} / few * few; };
    std::vector<uint32_t> sorted(values.size());
    std::iota(sorted.begin(), sorted.end(), 0);
    std::ranges::stable_sort(sorted, std::greater{}, value);
    const uint32_t count = random() % 400;
    sorted.resize(std::min<size_t>(sorted.size(), count));
    const PageArray<uint32_t> ids = ids_descending(static_cast<uint32_t>(values.size()), count, value);
    EXPECT_EQ(std::vector<uint32_t>(ids.begin(), ids.end()), sorted);
  }
}

class ColumnsTest : public HeapTest {};

TEST_F(ColumnsTest, OfAHeapBeyondSixteenBitsAreWhatTheDumpSays) {
  std::mt19937_64 random(4);
  HeapBuilder made;
  const uint32_t type = made.static_type("app.Thing");
  constexpr uint32_t kThings = 150000;
  std::vector<uint32_t> items;
  for (uint32_t i = 0; i < kThings; ++i) {
    items.push_back(made.object(type).size(random() >> (random() % 4 == 0 ? 20 + random() % 44 : 58)));
  }
  std::ranges::shuffle(items, random);
  const uint32_t list = made.list(items).root(HD_ROOT_MODULE, "app");
  const HeapIndex heap = open_index(made.dump());
  ASSERT_EQ(heap.objects(), made.size());
  uint64_t sum = made[list].size();
  for (uint32_t position = 0; position < items.size(); ++position) {
    const uint32_t id = items[position];
    ASSERT_EQ(heap.size(id), made[id].size());
    ASSERT_EQ(heap.retained(id), made[id].size());
    ASSERT_EQ(heap.target(heap.positions(list).begin + position), id);
    const Range referrers = heap.referrers(id);
    ASSERT_EQ(referrers.size(), 1u);
    ASSERT_EQ(heap.referrer(referrers.begin).source, list);
    ASSERT_EQ(heap.referrer(referrers.begin).position, position);
    ASSERT_EQ(heap.dominator(id), list);
    ASSERT_EQ(heap.depth(id), 1u);
    sum += heap.size(id);
  }
  EXPECT_EQ(heap.retained(list), sum);
  ASSERT_EQ(heap.ranked(), kRanked);
  for (uint32_t rank = 1; rank < kRanked; ++rank) {
    const uint32_t before = heap.by_size(rank - 1), id = heap.by_size(rank);
    ASSERT_TRUE(heap.size(before) > heap.size(id) || (heap.size(before) == heap.size(id) && before < id));
    ASSERT_GE(heap.retained(heap.by_retained(rank - 1)), heap.retained(heap.by_retained(rank)));
  }
  const uint64_t smallest = heap.size(heap.by_size(kRanked - 1));
  uint32_t larger = 0;
  for (uint32_t id = 0; id < heap.objects(); ++id) larger += heap.size(id) > smallest;
  EXPECT_LT(larger, kRanked) << "none that is larger is left out";
}

}  // namespace
}  // namespace heapdump
