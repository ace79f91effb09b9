// What is said of an object without content.
#include "heap/gist.h"

#include <gtest/gtest.h>

#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

class GistTest : public HeapTest {};

TEST_F(GistTest, OfAContainerItsLengthAndFirstEntries) {
  HeapBuilder heap;
  const uint32_t row = heap.object(heap.type("app", "Row"));
  const uint32_t none = heap.dict({});
  const uint32_t one = heap.dict({{"a", row}});
  const uint32_t four = heap.dict({{"a", row}, {"b", row}, {"c", row}, {"d", row}});
  const uint32_t rows = heap.list(std::vector<uint32_t>(1200, row));
  const uint32_t globals = heap.dict({{"__name__", row}, {"__doc__", row}, {"ROWS", row}});
  const uint32_t names = heap.set({heap.str("x"), heap.str("y")});
  const HeapIndex index = open_index(heap.dump());
  EXPECT_EQ(gist(index, none), "empty");
  EXPECT_EQ(gist(index, one), "1 key: 'a'");
  EXPECT_EQ(gist(index, four), "4 keys: 'a', 'b', 'c', …");
  EXPECT_EQ(gist(index, rows), "1,200 items: app.Row, …");
  EXPECT_EQ(gist(index, globals), "3 keys: 'ROWS', …");
  EXPECT_EQ(gist(index, names), "2 items: 'x', 'y'");
}

TEST_F(GistTest, OfAnInstanceItsFirstAttributesWithContent) {
  HeapBuilder heap;
  const uint32_t type = heap.type("app", "Row");
  const uint32_t nothing = heap.object(type);
  const uint32_t name = heap.str("row-1");
  const uint32_t inline_values =
      heap.object(type).attribute("owner", nothing).attribute("name", name).attribute("title", name);
  const uint32_t of_dict = heap.object(type).attribute(
      "__dict__", heap.dict({{"a", nothing}, {"b", name}, {"c", name}, {"d", name}, {"e", name}}));
  const HeapIndex index = open_index(heap.dump());
  EXPECT_EQ(gist(index, nothing), "");
  EXPECT_EQ(gist(index, name), "");
  EXPECT_EQ(gist(index, inline_values), "name='row-1', title='row-1'");
  EXPECT_EQ(gist(index, of_dict), "b='row-1', c='row-1', d='row-1'");
}

TEST_F(GistTest, OfATaskOrAMethodWhatItRuns) {
  HeapBuilder heap;
  const uint32_t coroutine = heap.object("coroutine").content("worker app.py:3");
  const uint32_t function = heap.object("function").content("Row.refresh app.py:9");
  const uint32_t task =
      heap.object("_asyncio.Task").field("_coro", coroutine).field("_name", heap.str("job-1"));
  const uint32_t method = heap.object("method").field("__func__", function);
  const uint32_t partial = heap.object("functools.partial").field("func", method);
  const uint32_t handle = heap.object(heap.type("asyncio", "Handle")).attribute("_callback", partial);
  const uint32_t own = heap.object(heap.type("app", "Job")).attribute("func", function);
  const uint32_t circle = heap.object("method");
  heap[circle].field("__func__", circle);
  const HeapIndex index = open_index(heap.dump());
  EXPECT_EQ(gist(index, task), "job-1: worker app.py:3");
  EXPECT_EQ(gist(index, method), "Row.refresh app.py:9");
  EXPECT_EQ(gist(index, partial), "Row.refresh app.py:9");
  EXPECT_EQ(gist(index, handle), "Row.refresh app.py:9");
  EXPECT_EQ(gist(index, own), "func=function Row.refresh");
  EXPECT_EQ(gist(index, circle), "");
}

}  // namespace
}  // namespace heapdump
