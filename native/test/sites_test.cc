// Where objects were allocated: sites of the dump as they are in the index, and which function a line is in.
#include "index/sites.h"

#include <gtest/gtest.h>

#include <initializer_list>

#include "analysis/allocation.h"
#include "heap/site_text.h"
#include "test/dump_writer.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

std::string record(uint64_t kind, std::initializer_list<uint64_t> values, std::string_view text = "",
                   std::initializer_list<uint64_t> more = {}) {
  std::string out;
  append_varint(out, kind);
  for (const uint64_t value : values) append_varint(out, value);
  if (kind == HD_SOURCE || kind == HD_FUNCTION) append_string(out, text);
  for (const uint64_t value : more) append_varint(out, value);
  return out;
}

constexpr uint64_t kFirst = 0x10000;

// Four objects, 16 bytes apart.
std::string dump_with(const std::string& records) {
  RecordsPayload objects;
  objects.type(kFirst - 64, "app", "Node");
  objects.shape(1, kFirst - 64, {}, {});
  objects.objects(4);
  for (uint64_t i = 0; i < 4; ++i)
    objects.add({.shape = 1, .address = kFirst + 16 * i}, std::vector<uint64_t>{});
  return file_header() + meta_chunk("fork") + chunk_of(HD_CHUNK_RECORDS, objects.bytes()) +
         chunk_of(HD_CHUNK_RECORDS, records) + end_chunk(4, 0, "ok");
}

class SitesTest : public HeapTest {};

TEST_F(SitesTest, AnObjectHasTheStackThatAllocatedIt) {
  const std::string records = record(HD_SOURCE, {7}, "/srv/app.py") +
                              record(HD_FUNCTION, {7}, "put", {40, 1, 0, 5}) +
                              record(HD_SITE, {3, 9, 2, 7, 41, 7, 12}) + record(HD_SITE, {4, 1, 1, 7, 41}) +
                              record(HD_SITE, {5, 1, 1, 7, 99}) +
                              // Objects 0 and 1, one that the dump lacks, and object 3.
                              record(HD_ALLOCATED, {4, kFirst / 4, 3, 4, 3, 96, 3, 0x33, 4});
  const HeapIndex heap = open_index(dump_with(records), "sites");
  ASSERT_EQ(heap.sites().size(), 1u);
  EXPECT_EQ(heap.site(0), 0u);
  EXPECT_EQ(heap.site(1), 0u);
  EXPECT_EQ(heap.site(2), kNone);
  EXPECT_EQ(heap.site(3), kNone);
  EXPECT_EQ(heap.sites()[0].total, 9u);
  ASSERT_EQ(heap.site_frames(0).size(), 2u);
  EXPECT_EQ(format_site(heap, 0), "/srv/app.py:41 in put");
  EXPECT_EQ(format_site_frame(heap, heap.site_frames(0)[1]), "/srv/app.py:12");
}

TEST_F(SitesTest, ADumpWithoutThemHasNoColumn) {
  const HeapIndex heap = open_index(dump_with(record(HD_SOURCE, {7}, "/srv/app.py")), "none");
  for (uint32_t id = 0; id < 4; ++id) EXPECT_EQ(heap.site(id), kNone);
  EXPECT_TRUE(heap.sites().empty());
}

TEST_F(SitesTest, WhatIsNotDescribedIsNotKnown) {
  // A site that no record describes, one without frames, and a file that no record names.
  const std::string records = record(HD_SITE, {1, 0, 0}) + record(HD_SITE, {2, 1, 1, 50, 8}) +
                              record(HD_ALLOCATED, {3, kFirst / 4, 9, 4, 1, 4, 2});
  const HeapIndex heap = open_index(dump_with(records), "unknown");
  EXPECT_EQ(heap.site(0), kNone);
  EXPECT_EQ(heap.site(1), kNone);
  ASSERT_EQ(heap.site(2), 0u);
  EXPECT_EQ(format_site(heap, 0), ":8");
}

TEST_F(SitesTest, TheLineThatMostHaveIsTold) {
  const std::string records = record(HD_SOURCE, {0}, "a.py") + record(HD_SITE, {0, 1, 1, 0, 5}) +
                              record(HD_SITE, {1, 2, 2, 0, 5, 0, 9}) + record(HD_SITE, {2, 1, 1, 0, 6}) +
                              record(HD_ALLOCATED, {3, kFirst / 4, 0, 4, 1, 4, 2});
  const HeapIndex heap = open_index(dump_with(records), "tally");
  AllocationTally tally(heap);
  for (uint32_t id = 0; id < 4; ++id) tally.add(id);
  const Allocation found = tally.result();
  EXPECT_EQ(found.objects, 4u);
  EXPECT_EQ(found.traced, 3u);
  EXPECT_EQ(found.at_line, 2u);
  EXPECT_EQ(found.at_site, 1u);
  EXPECT_EQ(format_site(heap, found.site), "a.py:5");
}

class FunctionLinesTest : public testing::Test {
 protected:
  void add(const char* name, uint64_t first, std::vector<std::pair<uint64_t, uint64_t>> lines) {
    definitions_.functions.push_back({0, name, first, std::move(lines)});
  }
  std::string at(uint64_t line) { return FunctionLines(definitions_).at("a.py", line); }

  Definitions definitions_{.sources = {{0, "a.py"}}};
};

TEST_F(FunctionLinesTest, ALineIsInTheFunctionThatHasIt) {
  add("<module>", 1, {{1, 4}, {9, 10}, {20, 22}});
  add("f", 4, {{4, 9}});
  add("g", 9, {{9, 12}, {15, 16}});
  EXPECT_EQ(at(3), "<module>");
  EXPECT_EQ(at(5), "f");
  EXPECT_EQ(at(15), "g");
  EXPECT_EQ(at(13), "");
  EXPECT_EQ(at(30), "");
  EXPECT_EQ(FunctionLines(definitions_).at("b.py", 5), "");
}

TEST_F(FunctionLinesTest, TheLineOfADefIsOfTwo) {
  add("f", 4, {{4, 9}});
  EXPECT_EQ(at(4), "");
  add("<module>", 1, {{1, 5}});
  EXPECT_EQ(at(4), "");
}

TEST_F(FunctionLinesTest, AComprehensionIsInTheFunctionThatItStandsIn) {
  add("f", 4, {{4, 9}});
  add("f.<locals>.<listcomp>", 6, {{6, 8}});
  EXPECT_EQ(at(6), "f");
  EXPECT_EQ(at(7), "f");
  // That of a module, whose code has been freed.
  add("<lambda>", 30, {{30, 33}});
  EXPECT_EQ(at(31), "");
}

TEST_F(FunctionLinesTest, AModuleThatWasLoadedTwiceHasOneFunction) {
  add("f", 4, {{4, 9}});
  add("f", 4, {{4, 9}});
  EXPECT_EQ(at(5), "f");
}

}  // namespace
}  // namespace heapdump
