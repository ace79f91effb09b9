// What tasks and coroutines wait in, and for.
#include "analysis/waits.h"

#include <gtest/gtest.h>

#include "analysis/tasks.h"
#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

class WaitsTest : public HeapTest {
 protected:
  HeapBuilder heap_;

  uint32_t coroutine(const std::string& name, uint64_t line, uint32_t awaited) {
    return heap_.object("coroutine").content(name + " /srv/app.py:1").waits(line, awaited);
  }
  uint32_t iterator(uint32_t future) { return heap_.object("_asyncio.FutureIter").field("fut", future); }
  uint32_t task(uint32_t coroutine, const std::string& name) {
    return heap_.object("_asyncio.Task").field("_coro", coroutine).field("_name", heap_.str(name));
  }
};

TEST_F(WaitsTest, GoesThroughWhatCCodeMakesForAsynchronousGenerators) {
  const uint32_t future = heap_.object("_asyncio.Future").field("fut_callback0", heap_.list({}));
  const uint32_t inner = coroutine("Event.wait", 213, iterator(future));
  const uint32_t generator = heap_.object("async_generator").content("rows /srv/app.py:5").waits(7, inner);
  const uint32_t send = heap_.object("async_generator_asend").field("ags_gen", generator);
  const uint32_t own = task(coroutine("over", 12, send), "reader");
  const HeapIndex index = open_index(heap_.dump());
  const Waits waits(index);
  EXPECT_EQ(format_chain(waits.chain(own)), "over › rows › Event.wait");
  const auto wait = waits.of(own);
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->function, "Event.wait");
  EXPECT_EQ(wait->file, "/srv/app.py");
  EXPECT_EQ(wait->line, 213u);
  EXPECT_EQ(wait->waits_for, "Future, pending");
  EXPECT_EQ(waits.of(generator)->line, 213u);
  EXPECT_EQ(waits.state(own), TaskState::kPending);
  EXPECT_FALSE(waits.of(future));
}

TEST_F(WaitsTest, NamesTheTaskThatIsAwaited) {
  const uint32_t future = heap_.object("_asyncio.Future").field("_result", heap_.str("x"));
  const uint32_t other = task(coroutine("work", 3, iterator(future)), "it's");
  heap_[other].field("fut_callback0", heap_.list({}));
  const uint32_t own = task(coroutine("join", 9, iterator(other)), "joiner");
  const HeapIndex index = open_index(heap_.dump());
  const Waits waits(index);
  EXPECT_EQ(waits.of(own)->waits_for, "Task \"it's\", pending");
  EXPECT_EQ(waits.of(other)->waits_for, "Future, done");
  EXPECT_EQ(format_chain(waits.chain(own)), "join");
}

TEST_F(WaitsTest, GoesThroughAGatherOnlyIfAllThatItWaitsForAreAlike) {
  const uint32_t type = heap_.static_type("asyncio.tasks._GatheringFuture");
  const uint32_t base = heap_.static_type("_asyncio.Future");
  heap_[type].field("__mro__", heap_.tuple({type, base}));
  const auto gather = [&](uint32_t first, uint32_t second) {
    const uint32_t children = heap_.list({task(first, "a"), task(second, "b")});
    const uint32_t future = heap_.object(type).attribute("_children", children);
    return coroutine("both", 4, iterator(future));
  };
  const uint32_t like = gather(coroutine("read", 5, kNothing), coroutine("read", 5, kNothing));
  const uint32_t unlike = gather(coroutine("read", 5, kNothing), coroutine("write", 6, kNothing));
  const HeapIndex index = open_index(heap_.dump());
  const Waits waits(index);
  EXPECT_EQ(format_chain(waits.chain(like)), "both › gather of 2 › read");
  EXPECT_EQ(format_chain(waits.chain(unlike)), "both › gather of 2");
}

TEST_F(WaitsTest, WhatHasEndedWaitsForNothing) {
  const uint32_t ended = heap_.object("coroutine").content("load /srv/app.py:1");
  const uint32_t done = task(ended, "done"), failed = task(ended, "failed"),
                 cancelled = task(ended, "cancelled");
  heap_[done].field("_loop", heap_.list({})).field("_result", heap_.str("x"));
  heap_[failed].field("_loop", heap_.list({})).field("_exception", heap_.object("ValueError"));
  heap_[cancelled].field("_loop", heap_.list({}));
  coroutine("another", 7, heap_.list({}));  // a dump that tells of none does not know
  const uint32_t running =
      heap_.object("coroutine").content("main /srv/app.py:1").root(HD_ROOT_FRAME, "main");
  const uint32_t runs = task(running, "runs");
  {
    const HeapIndex index = open_index(heap_.dump());
    const Waits waits(index);
    EXPECT_FALSE(waits.of(done));
    EXPECT_EQ(waits.state(done), TaskState::kDone);
    EXPECT_EQ(waits.state(failed), TaskState::kFailed);
    EXPECT_EQ(waits.state(cancelled), TaskState::kCancelled);
    EXPECT_EQ(waits.state(runs), TaskState::kRunning);
  }
  // A script does not see what runs.
  const HeapIndex index = open_index(heap_.dump("python"));
  EXPECT_EQ(Waits(index).state(cancelled), TaskState::kUnknown);
}

TEST_F(WaitsTest, ACircleOfAwaitsEnds) {
  const uint32_t first = heap_.object("coroutine").content("first /srv/app.py:1");
  const uint32_t second = coroutine("second", 2, first);
  heap_[first].waits(1, second);
  const uint32_t own = task(first, "circle");
  const HeapIndex index = open_index(heap_.dump());
  const Waits waits(index);
  EXPECT_EQ(format_chain(waits.chain(own)), "first › second");
  EXPECT_EQ(waits.of(own)->waits_for, "");
}

TEST_F(WaitsTest, LinesAndAwaitsThatCannotBeAreNotKnown) {
  const uint32_t wild =
      heap_.object("coroutine").content("wild /srv/app.py:1").waits(uint64_t{1} << 40, 99999);
  const HeapIndex index = open_index(heap_.dump());
  ASSERT_NE(index.suspended(wild), nullptr);
  EXPECT_EQ(index.suspended(wild)->line, 0u);
  EXPECT_EQ(index.suspended(wild)->awaited, kNone);
  EXPECT_EQ(index.suspended(0), nullptr);
}

TEST_F(WaitsTest, LikeTasksAreAGroupAndADerivedTypeIsATask) {
  const uint32_t own_type = heap_.type("app", "Job");
  const uint32_t native = heap_.static_type("_asyncio.Task");
  heap_[own_type].field("__mro__", heap_.tuple({own_type, native}));
  std::vector<uint32_t> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(task(coroutine("work", 5, kNothing), "work"));
  const uint32_t job = heap_.object(own_type).field("_coro", coroutine("work", 8, kNothing));
  tasks.push_back(job);
  heap_.module("app", {{"TASKS", heap_.list(tasks)}});
  const HeapIndex index = open_index(heap_.dump());
  Owners owners(index);
  const ObjectTree dominators = ObjectTree::of_dominators(index);
  const Tasks found = find_tasks(index, dominators, owners);
  ASSERT_EQ(found.tasks.size(), 4u);
  ASSERT_EQ(found.groups.size(), 2u);
  EXPECT_EQ(found.groups[0].count, 3u);
  EXPECT_EQ(found.tasks[found.groups[1].example].task, job);
  EXPECT_EQ(found.tasks[found.groups[1].example].wait.line, 8u);
}

}  // namespace
}  // namespace heapdump
