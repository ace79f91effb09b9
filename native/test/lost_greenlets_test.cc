// Suspended greenlets that no root reaches.
#include "index/lost_greenlets.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "heap/root_path.h"
#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

class LostGreenletsTest : public HeapTest {
 protected:
  HeapObject& greenlet(HeapBuilder& heap, const std::string& function) {
    return heap.object("greenlet.greenlet").suspended({{kNothing, function, "app.py"}});
  }
  std::vector<uint32_t> rooted(const HeapIndex& index) const {
    std::vector<uint32_t> found;
    for (const RootRow& root : index.roots()) {
      if (root.kind == HD_ROOT_GREENLET) found.push_back(root.object);
    }
    return found;
  }
};

TEST_F(LostGreenletsTest, AreRootsOfWhatTheirStacksHold) {
  HeapBuilder heap;
  const uint32_t request = heap.str("request");
  HeapObject& lost = greenlet(heap, "serve");
  lost.local("gr_frame.me", lost).local("gr_frame.request", request).refcount(1);
  const uint32_t garbage = heap.list({});
  heap.list({lost, garbage});
  const HeapIndex index = open_index(heap.dump());
  EXPECT_EQ(rooted(index), std::vector<uint32_t>{lost});
  EXPECT_EQ(format_path(index, lost), "<greenlet serve>");
  EXPECT_EQ(format_path(index, request), "<greenlet serve>.gr_frame.f_locals['request']");
  EXPECT_EQ(index.dominator(request), uint32_t{lost});
  EXPECT_TRUE(index.is_garbage(garbage));
}

TEST_F(LostGreenletsTest, AreNotThoseThatSomethingHolds) {
  HeapBuilder heap;
  const uint32_t in_module = greenlet(heap, "first"), by_c = greenlet(heap, "second").refcount(1),
                 by_lost = greenlet(heap, "third"),
                 lost = greenlet(heap, "last").local("gr_frame.x", by_lost);
  const uint32_t waiting = heap.list({in_module});
  heap.module("app", {{"WAITING", waiting}});
  const HeapIndex index = open_index(heap.dump());
  // One that another lost one holds may be found first.
  const std::vector<uint32_t> roots = rooted(index);
  EXPECT_TRUE(std::ranges::find(roots, lost) != roots.end());
  EXPECT_TRUE(std::ranges::find(roots, in_module) == roots.end());
  EXPECT_TRUE(std::ranges::find(roots, by_c) == roots.end());
  EXPECT_EQ(format_path(index, in_module), "sys.modules['app'].WAITING[0]");
  EXPECT_EQ(index.dominator(in_module), waiting);
  EXPECT_EQ(format_path(index, by_c), "<held by C>");
  for (const uint32_t id : {in_module, by_c, by_lost, lost}) EXPECT_FALSE(index.is_garbage(id));
}

}  // namespace
}  // namespace heapdump
