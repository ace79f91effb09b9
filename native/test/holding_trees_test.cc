// Paths from one set of objects to another, and the pattern of what holds a set, beside plain programs that
// have the same objects as sets of numbers.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "analysis/holder_pattern.h"
#include "heap/path_between.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump {
namespace {

using namespace test;
using Ids = std::set<uint32_t>;

class HoldingTreesTest : public HeapTest {};

Bits bits_of(const HeapIndex& heap, const Ids& ids) {
  Bits bits(heap.objects());
  for (const uint32_t id : ids) bits.set(id);
  return bits;
}

Ids some(std::mt19937& random, uint32_t objects, uint32_t most) {
  Ids ids;
  for (uint32_t i = 1 + static_cast<uint32_t>(random()) % most; i > 0; i--) {
    ids.insert(static_cast<uint32_t>(random()) % objects);
  }
  return ids;
}

// What each object holds, by id.
std::vector<Ids> held_in(const RandomHeap& heap, bool through_types) {
  std::vector<Ids> held(heap.nodes.size() + 1);
  for (uint32_t i = 0; i < heap.nodes.size(); ++i) {
    for (const uint32_t target : heap.nodes[i].strong) held[i + 1].insert(target + 1);
    if (through_types) held[i + 1].insert(heap.nodes[i].type == i ? 0 : heap.nodes[i].type + 1);
  }
  // The type that is always there is an instance of itself.
  if (through_types) held[0].insert(0);
  return held;
}

struct Question {
  Ids from, to, avoided;
};

// The lengths of the shortest path from each object of `from`, by relaxing until nothing changes.
std::map<uint32_t, uint32_t> lengths(const std::vector<Ids>& held, const Question& question) {
  std::vector<uint32_t> distance(held.size(), kFar);
  for (const uint32_t id : question.to) distance[id] = 0;
  std::map<uint32_t, uint32_t> found;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t id = 0; id < held.size(); ++id) {
      if (question.avoided.contains(id)) continue;
      uint32_t nearest = kFar;
      for (const uint32_t target : held[id]) {
        // A path ends at the first object that is to be reached, and no other that it may begin at is on it.
        const bool is_passable = question.to.contains(target) || !question.from.contains(target);
        if (is_passable && distance[target] != kFar) nearest = std::min(nearest, distance[target] + 1);
      }
      if (nearest == kFar) continue;
      if (question.from.contains(id)) {
        const auto [at, is_new] = found.try_emplace(id, nearest);
        if (is_new || nearest < at->second) at->second = nearest, changed = true;
      } else if (nearest < distance[id]) {
        distance[id] = nearest;
        changed = true;
      }
    }
  }
  return found;
}

void expect_paths(const std::vector<std::vector<uint32_t>>& paths, const std::vector<Ids>& held,
                  const Question& question, uint32_t most) {
  std::map<uint32_t, uint32_t> expected = lengths(held, question);
  std::erase_if(expected, [&](const auto& each) { return each.second > most; });
  ASSERT_EQ(paths.size(), expected.size());
  size_t before = 0;
  for (const auto& path : paths) {
    ASSERT_EQ(path.size() - 1, expected.at(path.front()));
    EXPECT_GE(path.size(), before);
    before = path.size();
    EXPECT_TRUE(question.to.contains(path.back()));
    expected.erase(path.front());
    for (size_t i = 0; i + 1 < path.size(); ++i) {
      EXPECT_TRUE(held[path[i]].contains(path[i + 1]));
      EXPECT_FALSE(question.avoided.contains(path[i]));
      if (i > 0) {
        EXPECT_FALSE(question.from.contains(path[i]));
      }
    }
  }
}

TEST_F(HoldingTreesTest, PathsBetweenSetsAreTheShortestOnes) {
  uint32_t found = 0, through_types = 0;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const uint32_t n = 2 + static_cast<uint32_t>(random()) % 60;
    const RandomHeap random_heap(n, n + n / 2, seed);
    const HeapIndex heap = open_index(random_heap.dump());
    Groupings groupings(heap);
    for (int i = 0; i < 5; ++i) {
      Question question{some(random, n + 1, 4), some(random, n + 1, 3), {}};
      if (i > 2) question.avoided = some(random, n + 1, 5);
      const Avoid avoid{{question.avoided.begin(), question.avoided.end()}, {}, {}};
      const uint32_t most = i % 2 == 0 ? UINT32_MAX : 1 + static_cast<uint32_t>(random()) % 4;
      const auto paths =
          paths_between(groupings.references(), groupings.dict_owners(), bits_of(heap, question.from),
                        bits_of(heap, question.to), avoid, {SIZE_MAX, most});
      std::map<uint32_t, uint32_t> plain = lengths(held_in(random_heap, false), question);
      std::erase_if(plain, [&](const auto& each) { return each.second > most; });
      expect_paths(paths, held_in(random_heap, plain.empty()), question, most);
      found += !paths.empty();
      through_types += !paths.empty() && plain.empty();
    }
  }
  EXPECT_GT(found, 300);
  EXPECT_GT(through_types, 20);
}

// As rows of text: kind, count, size, roots, and how it ends.
class PlainPattern {
 public:
  PlainPattern(const HeapIndex& heap, const RandomHeap& random, const PatternLimits& limits)
      : heap_(heap), held_(held_in(random, false)), limits_(limits) {
    for (const RootRow& root : heap.roots()) roots_.insert(root.object);
  }

  std::vector<std::string> of(const Ids& set) {
    go(set, 0);
    return rows_;
  }

 private:
  uint64_t size(const Ids& set) const {
    uint64_t size = 0;
    for (const uint32_t id : set) size += heap_.size(id);
    return size;
  }

  void go(const Ids& set, uint32_t depth) {
    std::set<std::string_view> kinds;
    Ids roots;
    for (const uint32_t id : set) {
      kinds.insert(heap_.type_name(id));
      if (roots_.contains(id)) roots.insert(id);
    }
    Ids holders;
    for (uint32_t id = 0; id < held_.size(); ++id) {
      for (const uint32_t held : held_[id]) {
        if (set.contains(held)) holders.insert(id);
      }
    }
    std::string row = std::string(depth, ' ') + (kinds.size() > 1 ? "?" : std::string(*kinds.begin())) + " " +
                      std::to_string(set.size()) + " " + std::to_string(size(set)) + " " +
                      std::to_string(roots.size());
    const auto seen = seen_.find(set);
    const bool is_type = heap_.type_of_object(*set.begin()) != kNone;
    const bool goes_on =
        seen == seen_.end() && !holders.empty() && (depth == 0 || !is_type) && depth < limits_.depth;
    if (seen != seen_.end()) {
      row += " same " + std::to_string(seen->second);
    } else if (holders.empty()) {
      row += " root";
    } else if (depth > 0 && is_type) {
      row += " stop";
    } else if (!goes_on) {
      row += " depth";
    }
    if (seen == seen_.end()) seen_.emplace(set, rows_.size());
    rows_.push_back(row);
    if (!goes_on) return;
    std::map<std::string_view, Ids> by_kind;
    for (const uint32_t id : holders) by_kind[heap_.type_name(id)].insert(id);
    std::vector<Ids> parts;
    for (auto& [kind, ids] : by_kind) parts.push_back(ids);
    std::ranges::sort(parts, [&](const Ids& a, const Ids& b) {
      return std::tuple(size(b), b.size(), *a.begin()) < std::tuple(size(a), a.size(), *b.begin());
    });
    for (size_t i = 0; i < std::min<size_t>(parts.size(), limits_.breadth); ++i) go(parts[i], depth + 1);
  }

  const HeapIndex& heap_;
  std::vector<Ids> held_;
  const PatternLimits limits_;
  Ids roots_;
  std::map<Ids, size_t> seen_;
  std::vector<std::string> rows_;
};

std::vector<std::string> as_text(Groupings& groupings, const std::vector<PatternRow>& rows) {
  static constexpr const char* kEnds[] = {"", " same ", " root", " stop", " depth"};
  std::vector<std::string> text;
  for (const PatternRow& row : rows) {
    text.push_back(
        std::string(row.depth, ' ') + (row.kind == kNone ? "?" : groupings.kinds().name(row.kind)) + " " +
        std::to_string(row.count) + " " + std::to_string(row.size) + " " + std::to_string(row.roots) +
        kEnds[static_cast<size_t>(row.end)] + (row.same == kNone ? "" : std::to_string(row.same)));
  }
  return text;
}

TEST_F(HoldingTreesTest, PatternsAreThoseOfPlainSets) {
  size_t rows = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const uint32_t n = 2 + static_cast<uint32_t>(random()) % 40;
    const RandomHeap random_heap(n, 2 * n, seed);
    const HeapIndex heap = open_index(random_heap.dump());
    Groupings groupings(heap);
    for (uint32_t i = 0; i < 4; ++i) {
      const Ids set = some(random, n + 1, 4);
      const PatternLimits limits{1 + i, i == 3 ? 2u : 100u, UINT32_MAX};
      const std::vector<PatternRow> found = holder_pattern(groupings, bits_of(heap, set), limits, {});
      ASSERT_EQ(as_text(groupings, found), PlainPattern(heap, random_heap, limits).of(set));
      rows += found.size();
      // Of too many rows as many levels are left as fit.
      const std::vector<PatternRow> few = holder_pattern(groupings, bits_of(heap, set), {1 + i, 100, 6}, {});
      uint32_t depth = 0;
      for (const PatternRow& row : few) depth = std::max(depth, row.depth);
      if (depth > 1) {
        EXPECT_LE(few.size(), 6u);
      }
      if (depth > 0) {
        EXPECT_EQ(as_text(groupings, few), PlainPattern(heap, random_heap, {depth, 100, UINT32_MAX}).of(set));
      }
    }
  }
  EXPECT_GT(rows, 3000u);
}

TEST_F(HoldingTreesTest, NothingAvoidedIsInAPattern) {
  HeapBuilder heap;
  const uint32_t thing = heap.object("app.Thing");
  const uint32_t list = heap.list({thing});
  heap.object("app.Other").attribute("a", thing).attribute("b", list);
  const HeapIndex opened = open_index(heap.dump());
  Groupings groupings(opened);
  const PatternLimits limits{3, 10, 100};
  const auto rows = [&](const Avoid& avoid) {
    return holder_pattern(groupings, bits_of(opened, {thing}), limits, avoid).size();
  };
  EXPECT_EQ(rows({}), 4u);
  EXPECT_EQ(rows({{list}, {}, {}}), 2u);
  EXPECT_EQ(rows({{}, {opened.type(list)}, {}}), 2u);
  EXPECT_EQ(rows({{}, {}, {"a"}}), 3u);
  EXPECT_EQ(holder_pattern(groupings, Bits(opened.objects()), limits, {}).size(), 0u);
}

}  // namespace
}  // namespace heapdump
