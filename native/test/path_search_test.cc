// Paths around something, against what follows from their definition in random heaps.
#include "heap/path_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "heap/root_path.h"
#include "index/root_paths.h"
#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

constexpr uint32_t kFar = UINT32_MAX;

class PathSearchTest : public HeapTest {};

// Instances of types that nothing but they hold, modules with their namespaces, functions that refer to
// these, and roots of every kind.
struct MazeHeap : HeapBuilder {
  std::set<uint32_t> modules;
  std::map<uint32_t, uint32_t> module_of_names;
  uint32_t types[2];

  MazeHeap(uint32_t n, uint32_t seed) {
    std::mt19937 random(seed);
    const auto below = [&](size_t bound) { return static_cast<uint32_t>(random() % bound); };
    types[0] = type("app", "One"), types[1] = type("app", "Two");
    std::vector<uint32_t> things{types[0], types[1]};
    for (uint32_t i = 0; i < n; ++i) {
      if (below(6) == 0) {
        const uint32_t names = dict({});
        const uint32_t module = object("module").attribute("__dict__", names).root(HD_ROOT_MODULE, "m");
        modules.insert(module);
        module_of_names[names] = module;
        things.insert(things.end(), {names, module});
      } else {
        static constexpr uint8_t kRoots[] = {HD_ROOT_FRAME, HD_ROOT_THREAD, HD_ROOT_INTERPRETER,
                                             HD_ROOT_STATIC, HD_ROOT_C};
        things.push_back(object(below(3) == 0 ? static_type("object") : types[below(2)]));
        if (below(5) == 0) (*this)[things.back()].root(kRoots[below(5)], "1");
      }
    }
    static constexpr const char* kLabels[] = {"a", "b", "c"};
    for (const uint32_t thing : things) {
      if (module_of_names.contains(thing)) {
        for (uint32_t i = below(4); i > 0; i--) (*this)[thing].entry(str("k"), things[below(things.size())]);
        continue;
      }
      for (uint32_t i = below(4); i > 0; i--) {
        const uint8_t kind = below(6) == 0 ? HD_REF_WEAK : HD_REF_ATTRIBUTE;
        const char* label = kLabels[below(3)];
        (*this)[thing].reference(kind, label, things[below(things.size())]);
      }
    }
  }

  uint32_t lead(uint32_t object) const {
    uint32_t lead = kFar;
    for (const auto& root : (*this)[object].roots()) lead = std::min(lead, root_penalty(root.kind));
    return lead;
  }
};

struct Avoided {
  std::set<uint32_t> objects;
  std::set<uint32_t> types;
  std::set<std::string> labels;
};

// The lengths, with their leads and without steps to a namespace, of the shortest path from each root,
// sorted: by relaxing from the end until nothing changes.
std::vector<uint32_t> lengths(const MazeHeap& heap, uint32_t end, const Avoided& avoided,
                              bool through_types) {
  const auto is_avoided = [&](uint32_t object) {
    return avoided.objects.contains(object) || avoided.types.contains(heap[object].type());
  };
  std::vector<uint32_t> distance(heap.size(), kFar);
  distance[end] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t holder = 0; holder < heap.size(); ++holder) {
      if (is_avoided(holder)) continue;
      const auto lead_on = [&](uint32_t held) {
        if (held == kNothing || distance[held] == kFar || heap.modules.contains(held)) return;
        const auto names = heap.module_of_names.find(held);
        // A namespace is entered from its module, unless that way is avoided.
        if (names != heap.module_of_names.end() && holder != names->second && !is_avoided(names->second) &&
            !avoided.labels.contains("__dict__")) {
          return;
        }
        const bool is_whole = names != heap.module_of_names.end() && holder == names->second;
        const uint32_t length = distance[held] + (is_whole ? 0 : 1);
        if (length >= distance[holder]) return;
        distance[holder] = length;
        changed = true;
      };
      for (const auto& reference : heap[holder].named()) {
        if (reference.kind == HD_REF_WEAK || avoided.labels.contains(reference.label)) continue;
        lead_on(reference.target);
      }
      for (size_t i = 0; i < heap[holder].rest().size(); ++i) {
        if (i % 2 == 0 || !avoided.labels.contains("k")) lead_on(heap[holder].rest()[i]);
      }
      if (through_types) lead_on(heap[holder].type());
    }
  }
  std::vector<uint32_t> lengths;
  for (uint32_t root = 0; root < heap.size(); ++root) {
    if (distance[root] != kFar && heap.lead(root) != kFar)
      lengths.push_back(distance[root] + heap.lead(root));
  }
  std::ranges::sort(lengths);
  return lengths;
}

// Checks that it is a chain of references from a root, which go through nothing avoided; gives its length
// with its lead.
void check_chain(const MazeHeap& heap, const std::vector<uint32_t>& ids, const Avoided& avoided,
                 uint32_t* length) {
  ASSERT_NE(heap.lead(ids.front()), kFar);
  for (size_t i = 0; i + 1 < ids.size(); ++i) {
    const HeapObject& holder = heap[ids[i]];
    ASSERT_FALSE(avoided.objects.contains(ids[i]));
    ASSERT_FALSE(avoided.types.contains(holder.type()));
    bool held = holder.type() == ids[i + 1];
    for (const auto& reference : holder.named()) {
      held |= reference.target == ids[i + 1] && reference.kind != HD_REF_WEAK &&
              !avoided.labels.contains(reference.label);
    }
    for (size_t k = 0; k < holder.rest().size(); ++k) {
      held |= holder.rest()[k] == ids[i + 1] && (k % 2 == 0 || !avoided.labels.contains("k"));
    }
    ASSERT_TRUE(held);
  }
  *length = heap.lead(ids.front());
  for (size_t i = 0; i + 1 < ids.size(); ++i) {
    const auto names = heap.module_of_names.find(ids[i + 1]);
    *length += names == heap.module_of_names.end() || names->second != ids[i];
  }
}

TEST_F(PathSearchTest, AroundWhatIsAvoidedAreTheShortestThatThereAre) {
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    std::mt19937 random(seed);
    const MazeHeap heap(1 + seed % 20, seed);
    const HeapIndex index = open_index(heap.dump());
    const auto object = [&] { return static_cast<uint32_t>(random() % heap.size()); };
    for (int round = 0; round < 12; ++round) {
      Avoided avoided;
      if (round % 2 == 1) avoided.objects = {object(), object()};
      if (round % 3 == 1) avoided.types = {heap.types[random() % 2]};
      if (round % 4 == 2) avoided.labels = {std::vector{"a", "b", "k", "__dict__"}[random() % 4]};
      Avoid avoid{{avoided.objects.begin(), avoided.objects.end()},
                  {},
                  {avoided.labels.begin(), avoided.labels.end()}};
      for (const uint32_t type : avoided.types) {
        const uint32_t row = index.type_of_object(type);
        if (row != kNone) avoid.types.push_back(row);
      }
      const uint32_t end = object();
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", round " << round << ", to " << end);
      const size_t limit = 1 + random() % 4;
      const auto paths = paths_to_root(index, end, avoid, limit);

      std::vector<uint32_t> expected = lengths(heap, end, avoided, false);
      const bool through_types = expected.empty();
      if (through_types) expected = lengths(heap, end, avoided, true);
      if (expected.size() > limit) expected.resize(limit);
      std::vector<uint32_t> lengths;
      std::set<uint32_t> begun;
      for (const auto& ids : paths) {
        ASSERT_EQ(ids.back(), end);
        ASSERT_TRUE(begun.insert(ids.front()).second) << "a root twice";
        check_chain(heap, ids, avoided, &lengths.emplace_back());
        if (HasFatalFailure()) return;
      }
      // Where references from roots with names do not lead, the index's own path is one of several.
      const bool by_index = avoid.empty() && limit == 1;
      if (by_index && !expected.empty() && (through_types || expected[0] >= root_penalty(HD_ROOT_C))) {
        ASSERT_EQ(paths.size(), 1u);
      } else {
        ASSERT_EQ(lengths, expected);
      }

      if (seed % 8 != 0) continue;  // of each heap it looks at all objects
      Bits like(index.objects());   // those of the type of `end`
      const Range ranks = index.instances(index.type(end));
      for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) like.set(index.by_type(rank));
      const AvoidingPaths forward(index, avoid, like);
      ASSERT_EQ(forward.reach(end), !expected.empty());
      if (expected.empty()) continue;
      std::vector<uint32_t> ids{end};
      while (forward.holder(ids.back()) != ids.back()) ids.push_back(forward.holder(ids.back()));
      std::ranges::reverse(ids);
      uint32_t length = 0;
      check_chain(heap, ids, avoided, &length);
      if (HasFatalFailure()) return;
      if (!through_types) {
        ASSERT_EQ(length, expected[0]);
      }
    }
  }
}

// A module that holds a list, a function whose globals are the module's, and what avoiding does.
TEST_F(PathSearchTest, ANamespaceIsEnteredFromItsModuleWhereThatIsNotAvoided) {
  HeapBuilder heap;
  const uint32_t cache = heap.list({});
  const uint32_t module = heap.module("app", {{"CACHE", cache}});
  const uint32_t names = heap[module].named()[0].target;
  const uint32_t function =
      heap.object("function").field("__globals__", names).root(HD_ROOT_INTERPRETER, "hook");
  const HeapIndex index = open_index(heap.dump());
  using Paths = std::vector<std::vector<uint32_t>>;
  const Paths by_module{{module, names, cache}}, by_function{{function, names, cache}};
  EXPECT_EQ(paths_to_root(index, cache, {}, 9), by_module);
  EXPECT_EQ(paths_to_root(index, cache, {{module}, {}, {}}, 9), by_function);
  EXPECT_EQ(paths_to_root(index, cache, {{}, {index.type(module)}, {}}, 9), by_function);
  EXPECT_EQ(paths_to_root(index, cache, {{}, {}, {"__dict__"}}, 9), by_function);
  EXPECT_EQ(format_parts(index, by_module[0]),
            (std::vector<std::string>{"sys.modules['app']", "", ".CACHE"}));
  EXPECT_EQ(format_parts(index, by_function[0]),
            (std::vector<std::string>{"<interpreter hook>", ".__globals__", "['CACHE']"}));
  EXPECT_EQ(paths_to_root(index, cache, {{names}, {}, {}}, 9), Paths());
  EXPECT_EQ(paths_to_root(index, cache, {{}, {}, {"CACHE"}}, 9), Paths());
}

}  // namespace
}  // namespace heapdump
