// Paths from roots as Python writes them.
#include "heap/root_path.h"

#include <gtest/gtest.h>

#include "test/heap_test.h"
#include "test/made_heap.h"

namespace heapdump {
namespace {

using namespace test;

class RootPathTest : public HeapTest {};

TEST_F(RootPathTest, NamespacesAreLeftOut) {
  MadeHeap heap;
  const uint32_t user = heap.type("app", "User");
  const uint32_t name = heap.str("Ada"), odd = heap.str("odd"), deep = heap.str("deep");
  const uint32_t instance =
      heap.instance(user, {{HD_REF_ATTRIBUTE, "__dict__",
                            heap.dict({{"name", name}, {"not a name", odd}, {"tags", heap.list({deep})}})}});
  const uint32_t own = heap.dict({{"session", heap.list({instance})}});
  const uint32_t local =
      heap.instance(heap.static_root("_thread._local"), {{HD_REF_FIELD, "dicts", heap.dict({{"1", own}})}});
  heap.module("app", {{"LOCAL", local}});
  const HeapIndex index = open_index(heap.dump());
  const std::string at = "sys.modules['app'].LOCAL<thread-local session>[0]";
  EXPECT_EQ(format_path(index, instance), at);
  EXPECT_EQ(format_path(index, name), at + ".name");
  EXPECT_EQ(format_path(index, odd), at + ".__dict__['not a name']");
  EXPECT_EQ(format_path(index, deep), at + ".tags[0]");
  EXPECT_EQ(format_parts(index, path_ids(index, name)).size(), path_ids(index, name).size());
}

TEST_F(RootPathTest, EachKindOfRootIsSpelled) {
  MadeHeap heap;
  const uint32_t thing = heap.static_root("object");
  std::vector<std::pair<uint32_t, std::string>> cases;
  const auto root = [&](uint8_t kind, const std::string& name, const std::string& spelled) {
    cases.push_back({heap.instance(thing), spelled});
    heap.begin(cases.back().first, kind, name);
  };
  root(HD_ROOT_MODULE, "it's", "sys.modules[\"it's\"]");
  root(HD_ROOT_FRAME, "main.f_locals['x']", "<frame main>.f_locals['x']");
  root(HD_ROOT_FRAME, "main", "<frame main>");
  root(HD_ROOT_THREAD, "context", "<thread context>");
  root(HD_ROOT_INTERPRETER, "builtins", "<interpreter builtins>");
  root(HD_ROOT_STATIC, "int", "<static int>");
  root(HD_ROOT_STATIC, "", "<static>");
  root(HD_ROOT_C, "3", "<held by C>");
  cases.push_back({heap.instance(thing), "<immortal object>"});
  heap.objects.back().flags |= HD_IMMORTAL;
  cases.push_back({heap.instance(heap.static_root("frame")), "<frame main>"});
  heap.begin(cases.back().first, HD_ROOT_FRAME, "main");
  cases.push_back({heap.instance(heap.static_root("cell")), "<frame main><cell x>"});
  heap.begin(cases.back().first, HD_ROOT_FRAME, "main.f_locals['x']");
  cases.push_back({heap.instance(thing), "sys.modules['app']"});  // the kind that says most
  heap.begin(cases.back().first, HD_ROOT_C, "1");
  heap.begin(cases.back().first, HD_ROOT_MODULE, "app");
  heap.begin(cases.back().first, HD_ROOT_INTERPRETER, "modules");
  const HeapIndex index = open_index(heap.dump());
  for (const auto& [id, spelled] : cases) EXPECT_EQ(format_path(index, id), spelled);
}

TEST(JoinedPathTest, CountsWhatIsRepeatedFourTimes) {
  const auto joined = [](const std::vector<std::string>& unit, int times) {
    std::vector<std::string> parts{"root"};
    for (int i = 0; i < times; ++i) parts.insert(parts.end(), unit.begin(), unit.end());
    parts.push_back(".end");
    return joined_path(parts);
  };
  EXPECT_EQ(joined({".next"}, 3), "root.next.next.next.end");
  EXPECT_EQ(joined({".next"}, 4), "root(.next × 4).end");
  EXPECT_EQ(joined({".next", ""}, 1000), "root(.next × 1000).end");
  EXPECT_EQ(joined({".a", ".b"}, 3), "root.a.b.a.b.a.b.end");
  EXPECT_EQ(joined({".a", ".b"}, 5), "root(.a.b × 5).end");
  EXPECT_EQ(joined({".a", ".b", ".c"}, 4), "root(.a.b.c × 4).end");
  EXPECT_EQ(joined({".a", ".b", ".c", ".d"}, 2), "root.a.b.c.d.a.b.c.d.end");
  EXPECT_EQ(joined_path({}), "");
}

}  // namespace
}  // namespace heapdump
