// Whether Python goes the way of a reference.
#include <gtest/gtest.h>

#include "heap/path_step.h"
#include "heap/root_path.h"
#include "test/heap_test.h"
#include "test/made_heap.h"

namespace heapdump {
namespace {

using namespace test;

class PythonAccessTest : public HeapTest {};

// A name is Python only if the classes of the holder let it through to what is held.
TEST_F(PythonAccessTest, WhatClassesDefineDecidesWhetherANameIsPython) {
  MadeHeap heap;
  const auto of = [&](const std::string& type) { return heap.instance(heap.static_root(type)); };
  const auto describe = [&](uint32_t type, const std::vector<std::pair<std::string, uint32_t>>& attributes) {
    const uint32_t names = heap.dict(attributes), order = heap.tuple({type});
    heap.objects[type].named.push_back({HD_REF_FIELD, "__dict__", names});
    heap.objects[type].named.push_back({HD_REF_FIELD, "__mro__", order});
    return type;
  };
  describe(heap.static_root("property"), {{"__set__", of("wrapper_descriptor")}});
  const uint32_t plain = describe(heap.type("app", "Plain"), {{"it", of("member_descriptor")},
                                                              {"x", of("property")},
                                                              {"method", of("function")},
                                                              {"__dict__", of("getset_descriptor")}});
  const uint32_t bare = describe(heap.type("app", "Bare"), {{"it", of("property")}, {"x", of("property")}});
  const uint32_t guarded = describe(heap.type("app", "Guarded"), {{"__getattribute__", of("function")},
                                                                  {"__getitem__", of("function")},
                                                                  {"it", of("member_descriptor")}});
  const uint32_t lost = heap.type("app", "Lost");
  const uint32_t lost_order = heap.tuple({MadeHeap::kNothing});
  heap.objects[lost].named.push_back({HD_REF_FIELD, "__mro__", lost_order});
  const uint32_t fields = heap.instance(heap.static_root("int"));
  heap.objects[fields].content = "1";
  heap.objects[fields].flags |= HD_HAS_CONTENT;
  const uint32_t times =
      describe(heap.type("app", "Times"), {{"n_sequence_fields", fields}, {"appendleft", fields}});

  std::vector<std::pair<PathStep, std::string>> steps;
  const auto named = [&](uint32_t type, uint8_t kind, const std::string& label, const std::string& form) {
    steps.push_back({{heap.instance(type, {{kind, label, of("object")}}), 0, false}, form});
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
  const auto tail = [&](uint32_t type, std::vector<uint8_t> kinds, std::vector<uint32_t> rest,
                        uint64_t position, const std::string& form) {
    steps.push_back({{heap.put({type, {}, std::move(kinds), std::move(rest)}), position, false}, form});
  };
  tail(guarded, {HD_REF_KEY, HD_REF_VALUE}, {heap.str("k"), of("object")}, 1, "[<'k'>]");
  tail(times, {HD_REF_ITEM | HD_REF_INDEXED}, {of("object"), of("object")}, 0, "[0]");
  tail(times, {HD_REF_ITEM | HD_REF_INDEXED}, {of("object"), of("object")}, 1, "[<1>]");
  tail(plain, {HD_REF_ITEM | HD_REF_INDEXED}, {of("object")}, 0, "[<0>]");  // an array
  const uint32_t twice =
      heap.instance(plain, {{HD_REF_SLOT, "it", of("object")}, {HD_REF_SLOT, "it", of("object")}});
  steps.push_back({{twice, 0, false}, ".it"});
  steps.push_back({{twice, 1, false}, "<slot it>"});

  steps.push_back({{heap.instance(plain), 0, true}, ".__class__"});
  steps.push_back({{heap.instance(guarded), 0, true}, "<its type>"});

  const HeapIndex index = open_index(heap.dump());
  for (const auto& [step, form] : steps) EXPECT_EQ(format_step(index, step), form);
}

// Entries of the `__dict__` of a class: what Python gives as it is, and what it binds.
TEST_F(PythonAccessTest, AnEntryOfAClassIsAnAttributeIfPythonGivesItAsItIs) {
  MadeHeap heap;
  const auto describe = [&](uint32_t type, const std::vector<std::pair<std::string, uint32_t>>& attributes) {
    const uint32_t names = heap.dict(attributes), order = heap.tuple({type});
    heap.objects[type].named.push_back({HD_REF_FIELD, "__dict__", names});
    heap.objects[type].named.push_back({HD_REF_FIELD, "__mro__", order});
    return type;
  };
  for (const char* name : {"function", "classmethod"}) {
    describe(heap.static_root(name), {{"__get__", heap.instance(heap.static_root("wrapper_descriptor"))}});
  }
  describe(heap.static_root("type"), {{"__dict__", heap.instance(heap.static_root("getset_descriptor"))}});
  const uint32_t list = heap.list({}), method = heap.instance(heap.static_root("function")),
                 bound = heap.instance(heap.static_root("classmethod"));
  const uint32_t type =
      describe(heap.type("app", "C"), {{"list", list}, {"method", method}, {"bound", bound}});
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
