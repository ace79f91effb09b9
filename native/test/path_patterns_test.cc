// Patterns of paths: those that differ only in keys and numbers have one.
#include "heap/path_patterns.h"

#include <gtest/gtest.h>

#include <set>

#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

class PathPatternsTest : public HeapTest {
 protected:
  // A chain from a module's global, with labels that come again and again.
  static HeapBuilder chain(uint32_t n, const std::vector<std::string>& labels, uint32_t* first) {
    HeapBuilder heap;
    const uint32_t link = heap.type("app", "Link");
    *first = heap.object(link);
    for (uint32_t i = 1; i < n; ++i) {
      const uint32_t next = heap.object(link);
      heap[next - 1].attribute(labels[(i - 1) % labels.size()], next);
    }
    heap.module("app", {{"HEAD", *first}});
    return heap;
  }
};

TEST_F(PathPatternsTest, LikePathsShareOne) {
  HeapBuilder heap;
  const uint32_t type = heap.type("app", "User");
  std::vector<uint32_t> tags, users;
  std::vector<std::pair<std::string, uint32_t>> entries;
  for (int i = 0; i < 5; ++i) {
    tags.push_back(heap.str("tag"));
    const uint32_t dict = heap.dict({{"tags", heap.list({tags.back()})}});
    users.push_back(heap.object(type).attribute("__dict__", dict));
    entries.push_back({"user" + std::to_string(i), users.back()});
  }
  const uint32_t listed = heap.object(type), lost = heap.object(type);
  heap.module("app", {{"USERS", heap.dict(entries)}, {"LIST", heap.list({listed})}});
  const HeapIndex index = open_index(heap.dump());
  PathPatterns patterns(index);
  for (int i = 1; i < 5; ++i) {
    EXPECT_EQ(patterns.of(users[i]), patterns.of(users[0]));
    EXPECT_EQ(patterns.of(tags[i]), patterns.of(tags[0]));
  }
  EXPECT_EQ(patterns.format(patterns.of(users[0])), "sys.modules['app'].USERS[*]");
  EXPECT_EQ(patterns.format(patterns.of(tags[0])), "sys.modules['app'].USERS[*].tags[*]");
  EXPECT_EQ(patterns.format(patterns.of(listed)), "sys.modules['app'].LIST[*]");
  EXPECT_EQ(patterns.of(lost), 0u);
}

TEST_F(PathPatternsTest, ALongChainHasAHandful) {
  uint32_t first;
  const HeapBuilder heap = chain(200'000, {"next"}, &first);
  const HeapIndex index = open_index(heap.dump());
  PathPatterns patterns(index);
  std::set<uint32_t> numbers;
  for (uint32_t i = 0; i < 200'000; ++i) numbers.insert(patterns.of(first + i));
  EXPECT_LE(numbers.size(), 6u);
  EXPECT_EQ(patterns.format(patterns.of(first + 199'999)), "sys.modules['app'].HEAD.next.next(.next)*");
}

TEST_F(PathPatternsTest, StepsThatAlternateAreFolded) {
  for (const std::vector<std::string>& labels :
       {std::vector<std::string>{"left", "right"}, {"value", "left", "right"}, {"a", "a", "b"}}) {
    uint32_t first;
    const HeapBuilder heap = chain(3000, labels, &first);
    const HeapIndex index = open_index(heap.dump());
    PathPatterns patterns(index);
    std::set<uint32_t> numbers;
    for (uint32_t i = 0; i < 3000; ++i) {
      numbers.insert(patterns.of(first + i));
      // Places with the same labels before them have one pattern, however far in they are.
      const uint32_t again = static_cast<uint32_t>(labels.size());
      if (i > 20) {
        EXPECT_EQ(patterns.of(first + i), patterns.of(first + i - again));
      }
    }
    EXPECT_LE(numbers.size(), 5 * labels.size());
    EXPECT_NE(patterns.format(patterns.of(first + 2999)).find(")*"), std::string::npos);
  }
}

}  // namespace
}  // namespace heapdump
