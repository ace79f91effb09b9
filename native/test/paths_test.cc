// Paths as Python writes them, owners and patterns in heaps made by hand; paths around something against what
// follows from their definition in random heaps.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "heap/heap_index.h"
#include "heap/owners.h"
#include "heap/path_patterns.h"
#include "heap/path_search.h"
#include "heap/path_step.h"
#include "heap/root_path.h"
#include "index/build_index.h"
#include "index/root_paths.h"
#include "test/made_heap.h"
#include "test/random_heap.h"
#include "test/temporary_folder.h"

namespace heapdump {
namespace {

using namespace test;

constexpr uint32_t kFar = UINT32_MAX;

class PathsTest : public TemporaryFolder {
 protected:
  HeapIndex open_index(const std::string& dump) {
    write_file(path("heap.bin"), dump);
    ensure_index(path("heap.bin"), path("index"), [](double) {});
    return HeapIndex(path("index"));
  }
};

// Instances of types with one reference of each kind, and how each is written, alone and left open.
TEST_F(PathsTest, EachKindOfReferenceHasItsForm) {
  struct Case {
    uint32_t held;
    uint32_t holder;
    std::string spelled;
    std::string open;
  };
  MadeHeap heap;
  const uint32_t thing = heap.static_root("object");
  std::vector<Case> cases;
  const auto named = [&](uint8_t kind, const std::string& label, const std::string& spelled) {
    const uint32_t held = heap.instance(thing);
    cases.push_back({held, heap.instance(thing, {{kind, label, held}}), spelled, spelled});
  };
  named(HD_REF_ATTRIBUTE, "session", ".session");
  named(HD_REF_ATTRIBUTE, "class", ".__dict__['class']");
  named(HD_REF_ATTRIBUTE, "größe", ".größe");
  named(HD_REF_ATTRIBUTE, "", "<attribute ?>");
  named(HD_REF_SLOT, "x", ".x");
  named(HD_REF_SLOT, "class", "<slot 'class'>");
  named(HD_REF_FIELD, "__closure__", ".__closure__");
  named(HD_REF_FIELD, "", "<field ?>");
  named(HD_REF_CELL, "cell_contents", ".cell_contents");
  named(HD_REF_CELL, "", ".cell_contents");
  named(HD_REF_CELL, "x", "<cell x>");
  named(HD_REF_LOCAL, "x", "<local x>");
  named(HD_REF_LOCAL, "", "<local ?>");
  named(HD_REF_OTHER, "state", "<reference state>");
  named(HD_REF_OTHER, "", "<reference ?>");
  const auto local = [&](const std::string& holder, const std::string& type, const std::string& spelled) {
    const uint32_t held = heap.instance(heap.static_root(type));
    cases.push_back(
        {held, heap.instance(heap.static_root(holder), {{HD_REF_LOCAL, "x", held}}), spelled, spelled});
  };
  local("frame", "object", ".f_locals['x']");
  local("generator", "object", ".gi_frame.f_locals['x']");
  local("coroutine", "object", ".cr_frame.f_locals['x']");
  local("async_generator", "object", ".ag_frame.f_locals['x']");
  local("frame", "cell", "<cell x>");
  local("generator", "cell", "<cell x>");
  const auto value = [&](const std::string& key, const std::string& spelled) {
    const uint32_t held = heap.instance(thing);
    cases.push_back({held, heap.dict({{key, held}}), spelled, "[*]"});
  };
  value("k", "['k']");
  value("it's", "[\"it's\"]");
  value("line\nbreak", "['line\\nbreak']");
  value(std::string(600, 'k'), "['" + std::string(600, 'k') + "']");
  const uint32_t of_unknown_key = heap.instance(thing), unknown = heap.dict({});
  heap.enter(unknown, heap.instance(thing), of_unknown_key);
  cases.push_back({of_unknown_key, unknown, "[<object>]", "[*]"});
  const auto keyed = [&](uint32_t key, const std::string& of_value, const std::string& of_key) {
    const uint32_t dict = heap.dict({}), held = heap.instance(thing);
    heap.enter(dict, key, held);
    cases.push_back({held, dict, of_value, "[*]"});
    cases.push_back({key, dict, of_key, "<key *>"});
  };
  const auto literal = [&](const std::string& type, const std::string& content, uint8_t flags = 0) {
    const uint32_t made = heap.instance(heap.static_root(type));
    heap.objects[made].content = content;
    heap.objects[made].flags |= HD_HAS_CONTENT | flags;
    return made;
  };
  keyed(heap.instance(heap.type("app", "Key")), "[<app.Key>]", "<key app.Key>");
  keyed(heap.str("k"), "['k']", "<key 'k'>");
  keyed(literal("str", "long", HD_CONTENT_IS_TEXT | HD_CONTENT_CUT), "[<'long…'>]", "<key 'long…'>");
  keyed(literal("app.Text", "k", HD_CONTENT_IS_TEXT), "[<'k'>]", "<key 'k'>");
  keyed(literal("int", "3"), "[3]", "<key 3>");
  keyed(literal("int", "-3"), "[-3]", "<key int -3>");
  keyed(literal("float", "nan"), "[<nan>]", "<key nan>");
  keyed(literal("bytes", "b'x'"), "[b'x']", "<key b'x'>");
  keyed(literal("NoneType", "None"), "[None]", "<key None>");
  keyed(literal("function", "serve app.py:3"), "[<function serve>]", "<key function serve>");
  keyed(heap.tuple({heap.str("a"), heap.tuple({literal("int", "1")}), heap.tuple({})}), "[('a', (1,), ())]",
        "<key tuple ('a', (1,), ())>");
  keyed(heap.tuple({heap.instance(thing)}), "[<tuple>]", "<key tuple>");
  const uint32_t item = heap.instance(thing), other = heap.instance(thing);
  cases.push_back({item, heap.list({other, MadeHeap::kNothing, item}), "[2]", "[*]"});
  const uint32_t element = heap.instance(thing), text = heap.str("it's");
  cases.push_back({element, heap.set({element}), "<element object>", "<element *>"});
  cases.push_back({text, heap.set({text}), "<element \"it's\">", "<element *>"});
  const uint32_t type = heap.type("app", "Made"), instance = heap.instance(type);
  cases.push_back({type, instance, ".__class__", ".__class__"});

  const HeapIndex index = open_index(heap.dump());
  for (const auto& [held, holder, spelled, open] : cases) {
    const PathStep step = step_between(index, holder, held);
    EXPECT_EQ(format_step(index, step), spelled);
    EXPECT_EQ(format_pattern(index, step), open);
  }
}

// A name is Python only if the classes of the holder let it through to what is held.
TEST_F(PathsTest, WhatClassesDefineDecidesWhetherANameIsPython) {
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
TEST_F(PathsTest, AnEntryOfAClassIsAnAttributeIfPythonGivesItAsItIs) {
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

TEST_F(PathsTest, OfSeveralReferencesTheOneThatSaysMostIsTaken) {
  MadeHeap heap;
  const uint32_t thing = heap.static_root("object"), held = heap.instance(thing);
  const uint32_t both = heap.dict({{"k", held}});
  heap.objects[both].rest.insert(heap.objects[both].rest.begin(), {held, held});  // as its own key, too
  const uint32_t fields = heap.instance(thing, {{HD_REF_WEAK, "weak", held},
                                                {HD_REF_OTHER, "other", held},
                                                {HD_REF_ATTRIBUTE, "first", held},
                                                {HD_REF_ATTRIBUTE, "second", held}});
  const uint32_t weak = heap.instance(thing, {{HD_REF_WEAK, "weak", held}});
  const HeapIndex index = open_index(heap.dump());
  const auto spell = [&](uint32_t holder, std::vector<std::string> labels) {
    return format_step(index, step_between(index, holder, held, {{}, {}, std::move(labels)}));
  };
  EXPECT_EQ(spell(both, {}), "[<object>]");
  EXPECT_EQ(spell(fields, {}), ".first");
  EXPECT_EQ(spell(fields, {"first"}), ".second");
  EXPECT_EQ(spell(fields, {"first", "second"}), "<reference other>");
  EXPECT_TRUE(step_between(index, weak, held).is_type) << "no reference but a weak one";
}

TEST_F(PathsTest, AStepIsAReferenceThatIsThere) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    const uint32_t n = 2 + seed % 30;
    const RandomHeap heap(n, 4 * n, seed);
    const HeapIndex index = open_index(heap.dump());
    for (uint32_t i = 0; i < n; ++i) {
      for (const uint32_t held : heap.nodes[i].strong) {
        const PathStep step = step_between(index, i + 1, held + 1);
        ASSERT_FALSE(step.is_type);
        ASSERT_EQ(index.target(index.positions(i + 1).begin + step.position), held + 1);
        ASSERT_NE(kind_of(index, step), HD_REF_WEAK);
      }
    }
  }
}

TEST_F(PathsTest, NamespacesAreLeftOut) {
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

TEST_F(PathsTest, EachKindOfRootIsSpelled) {
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

// Instances of types that nothing but they hold, modules with their namespaces, functions that refer to
// these, and roots of every kind.
struct MazeHeap : MadeHeap {
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
        const uint32_t names = dict({}), module = instance(static_root("module"));
        objects[module].named.push_back({HD_REF_ATTRIBUTE, "__dict__", names});
        begin(module, HD_ROOT_MODULE, "m");
        modules.insert(module);
        module_of_names[names] = module;
        things.insert(things.end(), {names, module});
      } else {
        static constexpr uint8_t kRoots[] = {HD_ROOT_FRAME, HD_ROOT_THREAD, HD_ROOT_INTERPRETER,
                                             HD_ROOT_STATIC, HD_ROOT_C};
        things.push_back(instance(below(3) == 0 ? static_root("object") : types[below(2)]));
        if (below(5) == 0) begin(things.back(), kRoots[below(5)], "1");
      }
    }
    static constexpr const char* kLabels[] = {"a", "b", "c"};
    for (const uint32_t thing : things) {
      if (module_of_names.contains(thing)) {
        for (uint32_t i = below(4); i > 0; i--) enter(thing, str("k"), things[below(things.size())]);
        continue;
      }
      for (uint32_t i = below(4); i > 0; i--) {
        const uint8_t kind = below(6) == 0 ? HD_REF_WEAK : HD_REF_ATTRIBUTE;
        objects[thing].named.push_back({kind, kLabels[below(3)], things[below(things.size())]});
      }
    }
  }

  uint32_t lead(uint32_t object) const {
    uint32_t lead = kFar;
    for (const Root& root : roots) {
      if (root.object == object) lead = std::min(lead, root_penalty(root.kind));
    }
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
    return avoided.objects.contains(object) || avoided.types.contains(heap.objects[object].type);
  };
  std::vector<uint32_t> distance(heap.objects.size(), kFar);
  distance[end] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t holder = 0; holder < heap.objects.size(); ++holder) {
      if (is_avoided(holder)) continue;
      const auto lead_on = [&](uint32_t held) {
        if (held == MadeHeap::kNothing || distance[held] == kFar || heap.modules.contains(held)) return;
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
      for (const auto& reference : heap.objects[holder].named) {
        if (reference.kind == HD_REF_WEAK || avoided.labels.contains(reference.label)) continue;
        lead_on(reference.target);
      }
      for (size_t i = 0; i < heap.objects[holder].rest.size(); ++i) {
        if (i % 2 == 0 || !avoided.labels.contains("k")) lead_on(heap.objects[holder].rest[i]);
      }
      if (through_types) lead_on(heap.objects[holder].type);
    }
  }
  std::vector<uint32_t> lengths;
  for (uint32_t root = 0; root < heap.objects.size(); ++root) {
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
    const auto& holder = heap.objects[ids[i]];
    ASSERT_FALSE(avoided.objects.contains(ids[i]));
    ASSERT_FALSE(avoided.types.contains(holder.type));
    bool held = holder.type == ids[i + 1];
    for (const auto& reference : holder.named) {
      held |= reference.target == ids[i + 1] && reference.kind != HD_REF_WEAK &&
              !avoided.labels.contains(reference.label);
    }
    for (size_t k = 0; k < holder.rest.size(); ++k) {
      held |= holder.rest[k] == ids[i + 1] && (k % 2 == 0 || !avoided.labels.contains("k"));
    }
    ASSERT_TRUE(held);
  }
  *length = heap.lead(ids.front());
  for (size_t i = 0; i + 1 < ids.size(); ++i) {
    const auto names = heap.module_of_names.find(ids[i + 1]);
    *length += names == heap.module_of_names.end() || names->second != ids[i];
  }
}

TEST_F(PathsTest, AroundWhatIsAvoidedAreTheShortestThatThereAre) {
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    std::mt19937 random(seed);
    const MazeHeap heap(1 + seed % 20, seed);
    const HeapIndex index = open_index(heap.dump());
    const auto object = [&] { return static_cast<uint32_t>(random() % heap.objects.size()); };
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
      const AvoidingPaths forward(index, avoid, index.type(end));
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
TEST_F(PathsTest, ANamespaceIsEnteredFromItsModuleWhereThatIsNotAvoided) {
  MadeHeap heap;
  const uint32_t cache = heap.list({});
  const uint32_t module = heap.module("app", {{"CACHE", cache}});
  const uint32_t names = heap.objects[module].named[0].target;
  const uint32_t function =
      heap.instance(heap.static_root("function"), {{HD_REF_FIELD, "__globals__", names}});
  heap.begin(function, HD_ROOT_INTERPRETER, "hook");
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

class PatternsTest : public PathsTest {
 protected:
  // A chain from a module's global, with labels that come again and again.
  static MadeHeap chain(uint32_t n, const std::vector<std::string>& labels, uint32_t* first) {
    MadeHeap heap;
    const uint32_t link = heap.type("app", "Link");
    *first = heap.instance(link);
    for (uint32_t i = 1; i < n; ++i) {
      const uint32_t next = heap.instance(link);
      heap.objects[next - 1].named.push_back({HD_REF_ATTRIBUTE, labels[(i - 1) % labels.size()], next});
    }
    heap.module("app", {{"HEAD", *first}});
    return heap;
  }
};

TEST_F(PatternsTest, LikePathsShareOne) {
  MadeHeap heap;
  const uint32_t type = heap.type("app", "User");
  std::vector<uint32_t> tags, users;
  std::vector<std::pair<std::string, uint32_t>> entries;
  for (int i = 0; i < 5; ++i) {
    tags.push_back(heap.str("tag"));
    const uint32_t dict = heap.dict({{"tags", heap.list({tags.back()})}});
    users.push_back(heap.instance(type, {{HD_REF_ATTRIBUTE, "__dict__", dict}}));
    entries.push_back({"user" + std::to_string(i), users.back()});
  }
  const uint32_t listed = heap.instance(type), lost = heap.instance(type);
  heap.module("app", {{"USERS", heap.dict(entries)}, {"LIST", heap.list({listed})}});
  const HeapIndex index = open_index(heap.dump());
  PathPatterns patterns(index);
  for (int i = 1; i < 5; ++i) {
    EXPECT_EQ(patterns.of(users[i]), patterns.of(users[0]));
    EXPECT_EQ(patterns.of(tags[i]), patterns.of(tags[0]));
  }
  EXPECT_EQ(patterns.format(patterns.of(users[0])), "sys.modules['app'].USERS[*]");
  EXPECT_EQ(patterns.format(patterns.of(tags[0])), "sys.modules['app'].USERS[*].tags[*]");
  EXPECT_EQ(patterns.format(patterns.of(listed)), "sys.modules['app'].LIST[*]");
  EXPECT_EQ(patterns.of(lost), 0u);
}

TEST_F(PatternsTest, ALongChainHasAHandful) {
  uint32_t first;
  const MadeHeap heap = chain(200'000, {"next"}, &first);
  const HeapIndex index = open_index(heap.dump());
  PathPatterns patterns(index);
  std::set<uint32_t> numbers;
  for (uint32_t i = 0; i < 200'000; ++i) numbers.insert(patterns.of(first + i));
  EXPECT_LE(numbers.size(), 6u);
  EXPECT_EQ(patterns.format(patterns.of(first + 199'999)), "sys.modules['app'].HEAD.next.next(.next)*");
}

TEST_F(PatternsTest, StepsThatAlternateAreFolded) {
  for (const std::vector<std::string>& labels :
       {std::vector<std::string>{"left", "right"}, {"value", "left", "right"}, {"a", "a", "b"}}) {
    uint32_t first;
    const MadeHeap heap = chain(3000, labels, &first);
    const HeapIndex index = open_index(heap.dump());
    PathPatterns patterns(index);
    std::set<uint32_t> numbers;
    for (uint32_t i = 0; i < 3000; ++i) {
      numbers.insert(patterns.of(first + i));
      // Places with the same labels before them have one pattern, however far in they are.
      const uint32_t again = static_cast<uint32_t>(labels.size());
      if (i > 20) {
        EXPECT_EQ(patterns.of(first + i), patterns.of(first + i - again));
      }
    }
    EXPECT_LE(numbers.size(), 5 * labels.size());
    EXPECT_NE(patterns.format(patterns.of(first + 2999)).find(")*"), std::string::npos);
  }
}

class OwnersTest : public PathsTest {};

TEST_F(OwnersTest, AreTheNearestHoldersWithAName) {
  MadeHeap heap;
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
    const uint32_t names = heap.dict({{"registry", heap.list({value(name)})}});
    heap.objects[type].named.push_back({HD_REF_FIELD, "__dict__", names});
  }
  // A closure whose code tells the names of its variables, one whose code tells all locals, and one without.
  const auto closure = [&](const std::string& name, const std::string& names_label,
                           const std::vector<std::string>& names, const std::vector<uint32_t>& values) {
    std::vector<uint32_t> cells, texts;
    for (const uint32_t held : values) {
      cells.push_back(heap.instance(heap.static_root("cell"), {{HD_REF_CELL, "cell_contents", held}}));
    }
    for (const std::string& text : names) texts.push_back(heap.str(text));
    std::vector<MadeHeap::Reference> fields;
    if (!names.empty()) fields.push_back({HD_REF_FIELD, names_label, heap.tuple(texts)});
    const uint32_t code = heap.instance(heap.static_root("code"), fields);
    return heap.instance(heap.static_root("function"), {{HD_REF_FIELD, "__qualname__", heap.str(name)},
                                                        {HD_REF_FIELD, "__code__", code},
                                                        {HD_REF_FIELD, "__closure__", heap.tuple(cells)}});
  };
  const uint32_t by_freevars = closure(
      "make.<locals>.inner", "co_freevars", {"x", "y"},
      {value("<function make.<locals>.inner><cell x>"), value("<function make.<locals>.inner><cell y>")});
  const uint32_t by_locals =
      closure("late", "co_localsplusnames", {"argument", "free"}, {value("<function late><cell free>")});
  const uint32_t nameless = closure("bare", "", {}, {value("<function bare>.__closure__[0]")});
  // Locals of a suspended generator, whose content begins with its name; a task.
  const uint32_t generator =
      heap.instance(heap.static_root("generator"),
                    {{HD_REF_LOCAL, "rows", heap.list({value("<frame read>.f_locals['rows']")})}});
  heap.objects[generator].content = "read app.py:3";
  heap.objects[generator].flags |= HD_HAS_CONTENT;
  const uint32_t coroutine = heap.instance(
      heap.static_root("coroutine"), {{HD_REF_FIELD, "__qualname__", heap.str("serve")},
                                      {HD_REF_LOCAL, "request", value("<frame serve>.f_locals['request']")}});
  const uint32_t task =
      heap.instance(heap.static_root("_asyncio.Task"),
                    {{HD_REF_FIELD, "_coro", coroutine}, {HD_REF_FIELD, "_result", value("<task serve>")}});
  // A thread-local.
  const uint32_t kept =
      heap.dict({{"kept", heap.list({value("sys.modules['app'].LOCAL<thread-local kept>")})}});
  const uint32_t local_storage =
      heap.instance(heap.static_root("_thread._local"), {{HD_REF_FIELD, "dicts", heap.dict({{"1", kept}})}});
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
  const uint32_t frame_local = heap.list({value("<frame main>.f_locals['x']")});
  heap.begin(frame_local, HD_ROOT_FRAME, "main.f_locals['x']");
  heap.begin(value("<interpreter codec_search_path>"), HD_ROOT_INTERPRETER, "codec_search_path");
  const uint32_t lost = heap.list({});

  const HeapIndex index = open_index(heap.dump());
  Owners owners(index);
  for (const auto& [id, owner] : owned) EXPECT_EQ(owners.name(owners.of(id)), owner);
  EXPECT_EQ(owners.of(lost), 0u);
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
