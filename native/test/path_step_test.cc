// How one reference is written, and which of several is taken.
#include "heap/path_step.h"

#include <gtest/gtest.h>

#include "test/heap_builder.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump {
namespace {

using namespace test;

class PathStepTest : public HeapTest {};

// Instances of types with one reference of each kind, and how each is written, alone and left open.
TEST_F(PathStepTest, EachKindOfReferenceHasItsForm) {
  struct Case {
    uint32_t held;
    uint32_t holder;
    std::string spelled;
    std::string open;
  };
  HeapBuilder heap;
  const uint32_t thing = heap.static_type("object");
  std::vector<Case> cases;
  const auto named = [&](uint8_t kind, const std::string& label, const std::string& spelled) {
    const uint32_t held = heap.object(thing);
    cases.push_back({held, heap.object(thing).reference(kind, label, held), spelled, spelled});
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
    const uint32_t held = heap.object(type);
    cases.push_back({held, heap.object(holder).local("x", held), spelled, spelled});
  };
  local("frame", "object", ".f_locals['x']");
  local("generator", "object", ".gi_frame.f_locals['x']");
  local("coroutine", "object", ".cr_frame.f_locals['x']");
  local("async_generator", "object", ".ag_frame.f_locals['x']");
  // A suspended greenlet's frames, and what those without an object have.
  named(HD_REF_FIELD, "gr_frame", ".gr_frame");
  named(HD_REF_FIELD, "gr_frame.f_back.f_back", ".gr_frame.f_back.f_back");
  named(HD_REF_FIELD, "gr_frame.f_back.f_code", ".gr_frame.f_back.f_code");
  named(HD_REF_FIELD, "gr_frame.f_func", ".gr_frame<field f_func>");
  named(HD_REF_FIELD, "gr_frames", ".gr_frames");
  named(HD_REF_LOCAL, "gr_frame.x", ".gr_frame.f_locals['x']");
  named(HD_REF_LOCAL, "gr_frame.f_back.f_back.x", ".gr_frame.f_back.f_back.f_locals['x']");
  named(HD_REF_LOCAL, "gr_frame.f_back", ".gr_frame.f_locals['f_back']");
  named(HD_REF_LOCAL, "gr_frame..0", ".gr_frame.f_locals['.0']");
  named(HD_REF_LOCAL, "gr_frame", "<local gr_frame>");
  const uint32_t cell = heap.object("cell");
  cases.push_back({cell, heap.object(thing).local("gr_frame.f_back.x", cell), ".gr_frame.f_back<cell x>",
                   ".gr_frame.f_back<cell x>"});
  local("frame", "cell", "<cell x>");
  local("generator", "cell", "<cell x>");
  const auto value = [&](const std::string& key, const std::string& spelled) {
    const uint32_t held = heap.object(thing);
    cases.push_back({held, heap.dict({{key, held}}), spelled, "[*]"});
  };
  value("k", "['k']");
  value("it's", "[\"it's\"]");
  value("line\nbreak", "['line\\nbreak']");
  value(std::string(600, 'k'), "['" + std::string(600, 'k') + "']");
  const uint32_t of_unknown_key = heap.object(thing),
                 unknown = heap.dict({}).entry(heap.object(thing), of_unknown_key);
  cases.push_back({of_unknown_key, unknown, "[<object>]", "[*]"});
  const auto keyed = [&](uint32_t key, const std::string& of_value, const std::string& of_key) {
    const uint32_t held = heap.object(thing), dict = heap.dict({}).entry(key, held);
    cases.push_back({held, dict, of_value, "[*]"});
    cases.push_back({key, dict, of_key, "<key *>"});
  };
  const auto literal = [&](const std::string& type, const std::string& content, uint8_t flags = 0) {
    return uint32_t{heap.object(type).content(content, flags)};
  };
  keyed(heap.object(heap.type("app", "Key")), "[<app.Key>]", "<key app.Key>");
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
  keyed(heap.tuple({heap.object(thing)}), "[<tuple>]", "<key tuple>");
  const uint32_t item = heap.object(thing), other = heap.object(thing);
  cases.push_back({item, heap.list({other, kNothing, item}), "[2]", "[*]"});
  const uint32_t element = heap.object(thing), text = heap.str("it's");
  cases.push_back({element, heap.set({element}), "<element object>", "<element *>"});
  cases.push_back({text, heap.set({text}), "<element \"it's\">", "<element *>"});
  const uint32_t type = heap.type("app", "Made"), instance = heap.object(type);
  cases.push_back({type, instance, ".__class__", ".__class__"});

  const HeapIndex index = open_index(heap.dump());
  for (const auto& [held, holder, spelled, open] : cases) {
    const PathStep step = step_between(index, holder, held);
    EXPECT_EQ(format_step(index, step), spelled);
    EXPECT_EQ(format_pattern(index, step), open);
  }
}

TEST_F(PathStepTest, OfSeveralReferencesTheOneThatSaysMostIsTaken) {
  HeapBuilder heap;
  const uint32_t thing = heap.static_type("object"), held = heap.object(thing);
  const uint32_t both = heap.dict({}).entry(held, held).entry(heap.str("k"), held);
  const uint32_t fields = heap.object(thing)
                              .weak("weak", held)
                              .reference(HD_REF_OTHER, "other", held)
                              .attribute("first", held)
                              .attribute("second", held);
  const uint32_t weak = heap.object(thing).weak("weak", held);
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

TEST_F(PathStepTest, AStepIsAReferenceThatIsThere) {
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

}  // namespace
}  // namespace heapdump
