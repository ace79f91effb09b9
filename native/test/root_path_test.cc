// Paths from roots as Python writes them.
#include "heap/root_path.h"

#include <gtest/gtest.h>

#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

class RootPathTest : public HeapTest {};

TEST_F(RootPathTest, NamespacesAreLeftOut) {
  HeapBuilder heap;
  const uint32_t user = heap.type("app", "User");
  const uint32_t name = heap.str("Ada"), odd = heap.str("odd"), deep = heap.str("deep");
  const uint32_t instance = heap.object(user).attribute(
      "__dict__", heap.dict({{"name", name}, {"not a name", odd}, {"tags", heap.list({deep})}}));
  const uint32_t own = heap.dict({{"session", heap.list({instance})}});
  const uint32_t local = heap.object("_thread._local").field("dicts", heap.dict({{"1", own}}));
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
  HeapBuilder heap;
  const uint32_t thing = heap.static_type("object");
  std::vector<std::pair<uint32_t, std::string>> cases;
  const auto root = [&](uint8_t kind, const std::string& name, const std::string& spelled) {
    cases.push_back({heap.object(thing).root(kind, name), spelled});
  };
  root(HD_ROOT_MODULE, "it's", "sys.modules[\"it's\"]");
  root(HD_ROOT_FRAME, "main.f_locals['x']", "<frame main>.f_locals['x']");
  root(HD_ROOT_FRAME, "main", "<frame main>");
  root(HD_ROOT_THREAD, "context", "<thread context>");
  root(HD_ROOT_INTERPRETER, "builtins", "<interpreter builtins>");
  root(HD_ROOT_STATIC, "int", "<static int>");
  root(HD_ROOT_STATIC, "", "<static>");
  root(HD_ROOT_C, "3", "<held by C>");
  root(HD_ROOT_GREENLET, "serve", "<greenlet serve>");
  cases.push_back({heap.object(thing).immortal(), "<immortal object>"});
  cases.push_back({heap.object("frame").root(HD_ROOT_FRAME, "main"), "<frame main>"});
  cases.push_back({heap.object("cell").root(HD_ROOT_FRAME, "main.f_locals['x']"), "<frame main><cell x>"});
  const uint32_t several = heap.object(thing)
                               .root(HD_ROOT_C, "1")
                               .root(HD_ROOT_MODULE, "app")
                               .root(HD_ROOT_INTERPRETER, "modules");
  cases.push_back({several, "sys.modules['app']"});  // the kind that says most
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
