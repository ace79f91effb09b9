// Owners: the nearest holders with a name.
#include "heap/owners.h"

#include <gtest/gtest.h>

#include "heap/root_path.h"
#include "test/heap_builder.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump {
namespace {

using namespace test;

class OwnersTest : public HeapTest {};

TEST_F(OwnersTest, AreTheNearestHoldersWithAName) {
  HeapBuilder heap;
  std::vector<std::pair<uint32_t, std::string>> owned;
  const auto value = [&](const std::string& owner) {
    owned.push_back({heap.str("value"), owner});
    return owned.back().first;
  };
  // Globals, and what is deep in them.
  const uint32_t cache = heap.dict({{"k", heap.list({value("sys.modules['app'].CACHE")})}});
  // Attributes of classes: of a module, and of a function.
  const uint32_t meta = heap.type("app", "Meta"), local = heap.type("app", "make.<locals>.Local");
  for (const auto& [type, name] : {std::pair{meta, "sys.modules['app'].Meta.registry"},
                                   {local, "<class app.make.<locals>.Local>.registry"}}) {
    heap[type].field("__dict__", heap.dict({{"registry", heap.list({value(name)})}}));
  }
  // A closure whose code tells the names of its variables, one whose code tells all locals, and one without.
  const auto closure = [&](const std::string& name, const std::string& names_label,
                           const std::vector<std::string>& names, const std::vector<uint32_t>& values) {
    std::vector<uint32_t> cells, texts;
    for (const uint32_t held : values) {
      cells.push_back(heap.object("cell").cell("cell_contents", held));
    }
    for (const std::string& text : names) texts.push_back(heap.str(text));
    HeapObject& code = heap.object("code");
    if (!names.empty()) code.field(names_label, heap.tuple(texts));
    return uint32_t{heap.object("function")
                        .field("__qualname__", heap.str(name))
                        .field("__code__", code)
                        .field("__closure__", heap.tuple(cells))};
  };
  const uint32_t by_freevars = closure(
      "make.<locals>.inner", "co_freevars", {"x", "y"},
      {value("<function make.<locals>.inner><cell x>"), value("<function make.<locals>.inner><cell y>")});
  const uint32_t by_locals =
      closure("late", "co_localsplusnames", {"argument", "free"}, {value("<function late><cell free>")});
  const uint32_t nameless = closure("bare", "", {}, {value("<function bare>.__closure__[0]")});
  // Locals of a suspended generator, whose content begins with its name; a task.
  const uint32_t generator = heap.object("generator")
                                 .content("read app.py:3")
                                 .local("rows", heap.list({value("<frame read>.f_locals['rows']")}));
  const uint32_t coroutine = heap.object("coroutine")
                                 .field("__qualname__", heap.str("serve"))
                                 .local("request", value("<frame serve>.f_locals['request']"));
  const uint32_t task =
      heap.object("_asyncio.Task").field("_coro", coroutine).field("_result", value("<task serve>"));
  // A thread-local.
  const uint32_t kept =
      heap.dict({{"kept", heap.list({value("sys.modules['app'].LOCAL<thread-local kept>")})}});
  const uint32_t local_storage = heap.object("_thread._local").field("dicts", heap.dict({{"1", kept}}));
  heap.module("app", {{"CACHE", cache},
                      {"Meta", meta},
                      {"made", local},
                      {"inner", by_freevars},
                      {"late", by_locals},
                      {"bare", nameless},
                      {"rows", generator},
                      {"task", task},
                      {"LOCAL", local_storage}});
  // Roots with names of their own, and none at all.
  heap.list({value("<frame main>.f_locals['x']")}).root(HD_ROOT_FRAME, "main.f_locals['x']");
  heap[value("<interpreter codec_search_path>")].root(HD_ROOT_INTERPRETER, "codec_search_path");
  const uint32_t lost = heap.list({});

  const HeapIndex index = open_index(heap.dump());
  Owners owners(index);
  for (const auto& [id, owner] : owned) EXPECT_EQ(owners.name(owners.of(id)), owner);
  EXPECT_EQ(owners.of(lost), 0u);
}

TEST_F(OwnersTest, SuspendedGreenletsOwnTheirStacks) {
  HeapBuilder heap;
  std::vector<std::pair<uint32_t, std::string>> owned;
  const auto value = [&](const std::string& owner) {
    owned.push_back({heap.str("value"), owner});
    return owned.back().first;
  };
  const uint32_t type = heap.static_type("greenlet.greenlet");
  const uint32_t inner = heap.object("frame")
                             .content("read app.py:9")
                             .local("rows", heap.list({value("<greenlet run_workflow>")}));
  const uint32_t greenlet = heap.object(type)
                                .field("gr_frame", inner)
                                .local("gr_frame.f_back.request", value("<greenlet run_workflow>"))
                                .suspended({{inner, "read", "app.py"}, {kNothing, "run_workflow", "app.py"}});
  // What only calls the function that a greenlet was made for does not name it, unless there is no other.
  const std::string caller = "/usr/lib/python3/eventlet/greenthread.py";
  const uint32_t eventlet = heap.object(type)
                                .local("gr_frame.x", value("<greenlet serve>"))
                                .suspended({{kNothing, "serve", "app.py"}, {kNothing, "main", caller}});
  const uint32_t bare =
      heap.object(type).local("gr_frame.x", value("<greenlet main>")).suspended({{kNothing, "main", caller}});
  heap.module("app", {{"WAITING", heap.list({greenlet, eventlet, bare})}});
  const HeapIndex index = open_index(heap.dump());
  Owners owners(index);
  for (const auto& [id, owner] : owned) EXPECT_EQ(owners.name(owners.of(id)), owner);
}

TEST_F(OwnersTest, EveryObjectAliveHasOneThatAllBelowShare) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    const RandomHeap heap(40, 80, seed);
    const HeapIndex index = open_index(heap.dump());
    Owners owners(index);
    for (uint32_t id = index.objects(); id-- > 0;) {
      ASSERT_EQ(owners.of(id) == 0, index.is_garbage(id));
      // Nothing has a name within: the owner is what the path begins with.
      if (!index.is_garbage(id)) {
        ASSERT_EQ(owners.name(owners.of(id)), format_root(index, path_ids(index, id)[0]));
      }
    }
  }
}

}  // namespace
}  // namespace heapdump
