// Whether Python goes the way of a reference.
#include <gtest/gtest.h>

#include "heap/path_step.h"
#include "heap/root_path.h"
#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

class PythonAccessTest : public HeapTest {};

// A name is Python only if the classes of the holder let it through to what is held.
TEST_F(PythonAccessTest, WhatClassesDefineDecidesWhetherANameIsPython) {
  HeapBuilder heap;
  const auto of = [&](const std::string& type) -> uint32_t { return heap.object(type); };
  heap.define(heap.static_type("property"), {{"__set__", of("wrapper_descriptor")}});
  const uint32_t plain = heap.define(heap.type("app", "Plain"), {{"it", of("member_descriptor")},
                                                                 {"x", of("property")},
                                                                 {"method", of("function")},
                                                                 {"__dict__", of("getset_descriptor")}});
  const uint32_t bare =
      heap.define(heap.type("app", "Bare"), {{"it", of("property")}, {"x", of("property")}});
  const uint32_t guarded = heap.define(heap.type("app", "Guarded"), {{"__getattribute__", of("function")},
                                                                     {"__getitem__", of("function")},
                                                                     {"it", of("member_descriptor")}});
  const uint32_t lost = heap.type("app", "Lost").field("__mro__", heap.tuple({kNothing}));
  const uint32_t fields = heap.object("int").content("1");
  const uint32_t times =
      heap.define(heap.type("app", "Times"), {{"n_sequence_fields", fields}, {"appendleft", fields}});

  std::vector<std::pair<PathStep, std::string>> steps;
  const auto named = [&](uint32_t type, uint8_t kind, const std::string& label, const std::string& form) {
    steps.push_back({{heap.object(type).reference(kind, label, of("object")), 0, false}, form});
  };
  named(plain, HD_REF_FIELD, "it", ".it");
  named(plain, HD_REF_SLOT, "it", ".it");
  named(plain, HD_REF_FIELD, "tp_cache", "<field tp_cache>");
  named(plain, HD_REF_ATTRIBUTE, "y", ".y");
  named(plain, HD_REF_ATTRIBUTE, "method", ".method");
  named(plain, HD_REF_ATTRIBUTE, "x", ".__dict__['x']");
  named(bare, HD_REF_SLOT, "it", "<slot it>");
  named(bare, HD_REF_ATTRIBUTE, "x", "<attribute x>");
  named(guarded, HD_REF_FIELD, "it", "<field it>");
  named(guarded, HD_REF_ATTRIBUTE, "y", "<attribute y>");
  named(lost, HD_REF_FIELD, "it", "<field it>");
  named(lost, HD_REF_ATTRIBUTE, "y", ".y");
  const auto tail = [&](uint32_t type, const std::vector<uint8_t>& kinds, const std::vector<uint32_t>& rest,
                        uint64_t position, const std::string& form) {
    steps.push_back({{heap.object(type).holds(kinds, rest), position, false}, form});
  };
  tail(guarded, {HD_REF_KEY, HD_REF_VALUE}, {heap.str("k"), of("object")}, 1, "[<'k'>]");
  tail(times, {HD_REF_ITEM | HD_REF_INDEXED}, {of("object"), of("object")}, 0, "[0]");
  tail(times, {HD_REF_ITEM | HD_REF_INDEXED}, {of("object"), of("object")}, 1, "[<1>]");
  tail(plain, {HD_REF_ITEM | HD_REF_INDEXED}, {of("object")}, 0, "[<0>]");  // an array
  const uint32_t twice = heap.object(plain).slot("it", of("object")).slot("it", of("object"));
  steps.push_back({{twice, 0, false}, ".it"});
  steps.push_back({{twice, 1, false}, "<slot it>"});

  steps.push_back({{heap.object(plain), 0, true}, ".__class__"});
  steps.push_back({{heap.object(guarded), 0, true}, "<its type>"});

  const HeapIndex index = open_index(heap.dump());
  for (const auto& [step, form] : steps) EXPECT_EQ(format_step(index, step), form);
}

// Entries of the `__dict__` of a class: what Python gives as it is, and what it binds.
TEST_F(PythonAccessTest, AnEntryOfAClassIsAnAttributeIfPythonGivesItAsItIs) {
  HeapBuilder heap;
  for (const char* name : {"function", "classmethod"}) {
    heap.define(heap.static_type(name), {{"__get__", heap.object("wrapper_descriptor")}});
  }
  heap.define(heap.static_type("type"), {{"__dict__", heap.object("getset_descriptor")}});
  const uint32_t list = heap.list({}), method = heap.object("function"), bound = heap.object("classmethod");
  const uint32_t type =
      heap.define(heap.type("app", "C"), {{"list", list}, {"method", method}, {"bound", bound}});
  heap.module("app", {{"C", type}});
  const HeapIndex index = open_index(heap.dump());
  EXPECT_EQ(format_path(index, list), "sys.modules['app'].C.list");
  EXPECT_EQ(format_path(index, method), "sys.modules['app'].C.method");
  EXPECT_EQ(format_path(index, bound), "sys.modules['app'].C.__dict__['bound']");
  EXPECT_EQ(format_path(index, index.path_parent(list)), "sys.modules['app'].C<field __dict__>")
      << "a view of it";
}

}  // namespace
}  // namespace heapdump
