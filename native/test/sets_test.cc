// The language of sets: what it says of mistakes, and its answers beside those of a plain program that has
// the same objects as sets of numbers.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "analysis/partition.h"
#include "sets/set_parser.h"
#include "sets/set_value.h"
#include "support/error.h"
#include "support/glob.h"
#include "test/heap_builder.h"
#include "test/heap_test.h"
#include "test/random_heap.h"

namespace heapdump {
namespace {

using namespace test;
using Ids = std::set<uint32_t>;

class SetsTest : public HeapTest {};

// A heap with what sets are worked out from.
struct Opened {
  explicit Opened(const HeapIndex& heap) : heap(heap), groupings(heap), joint(heap, groupings.references()) {}

  Bits bits(const std::string& set, bool allows_absent = false) {
    return set_value({heap, groupings, joint, [] { return nullptr; }, allows_absent}, set);
  }
  Ids ids(const std::string& set, bool allows_absent = false) {
    Ids ids;
    bits(set, allows_absent).each([&](uint32_t id) { ids.insert(id); });
    return ids;
  }
  std::string mistake(const std::string& set) {
    try {
      ids(set);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.what();
    }
    return "";
  }

  const HeapIndex& heap;
  Groupings groupings;
  Joint joint;
};

// What the objects of a random heap hold, by id; and sets of them as a plain program finds them.
class Reference {
 public:
  Reference(const RandomHeap& random, const HeapIndex& heap) : heap_(heap) {
    strong_.resize(random.nodes.size() + 1);
    begins_.assign(1, true);
    for (uint32_t i = 0; i < random.nodes.size(); ++i) {
      for (const uint32_t target : random.nodes[i].strong) strong_[i + 1].push_back(target + 1);
      begins_.push_back(random.begins(i));
    }
    for (uint32_t i = 0; i < random.nodes.size(); ++i)
      types_.push_back(random.nodes[i].type == i ? 0 : random.nodes[i].type + 1);
    types_.insert(types_.begin(), 0);
    for (uint32_t id = 0; id < count(); ++id) all_.insert(id);
    alive_ = reached({});
  }

  uint32_t count() const { return static_cast<uint32_t>(strong_.size()); }
  const Ids& all() const { return all_; }
  const Ids& alive() const { return alive_; }
  Ids reached(const Ids& without) const {
    Ids found;
    std::vector<uint32_t> open;
    const auto visit = [&](uint32_t id) {
      if (!without.contains(id) && found.insert(id).second) open.push_back(id);
    };
    for (const uint32_t id : all_) {
      if (begins_[id]) visit(id);
    }
    while (!open.empty()) {
      const uint32_t id = open.back();
      open.pop_back();
      for (const uint32_t held : strong_[id]) visit(held);
      visit(types_[id]);
    }
    return found;
  }
  Ids freed(const Ids& set) const {
    const Ids left = reached(set);
    Ids freed = set;
    for (const uint32_t id : alive_) {
      if (!left.contains(id)) freed.insert(id);
    }
    return freed;
  }
  Ids referents(const Ids& set) const {
    Ids found;
    for (const uint32_t id : set) found.insert(strong_[id].begin(), strong_[id].end());
    return found;
  }
  Ids referrers(const Ids& set) const {
    Ids found;
    for (const uint32_t id : all_) {
      for (const uint32_t held : strong_[id]) {
        if (set.contains(held)) found.insert(id);
      }
    }
    return found;
  }
  Ids reach(Ids set) const {
    for (size_t before = 0; before != set.size();) {
      before = set.size();
      set.merge(referents(set));
    }
    return set;
  }
  Ids instances(uint32_t type) const {
    return where([&](uint32_t id) { return types_[id] == type; });
  }
  template <typename Holds>
  Ids where(Holds holds) const {
    Ids found;
    for (const uint32_t id : all_) {
      if (holds(id)) found.insert(id);
    }
    return found;
  }
  uint32_t type(uint32_t id) const { return types_[id]; }
  const HeapIndex& heap() const { return heap_; }

 private:
  const HeapIndex& heap_;
  std::vector<std::vector<uint32_t>> strong_;
  std::vector<bool> begins_;
  std::vector<uint32_t> types_;
  Ids all_, alive_;
};

// Sets at random, as a text and as what they are.
class RandomSets {
 public:
  RandomSets(const Reference& reference, uint32_t seed) : reference_(reference), random_(seed) {}

  std::pair<std::string, Ids> make(int depth) {
    if (depth == 0) return simple();
    const auto [text, set] = make(depth - 1);
    switch (below(9)) {
      case 0:
        return {"referrers(" + text + ")", reference_.referrers(set)};
      case 1:
        return {"referents( " + text + " )", reference_.referents(set)};
      case 2:
        return {"reach(" + text + ")", reference_.reach(set)};
      case 3:
        return {"freed(" + text + ")", reference_.freed(set)};
      case 4:
        return {"~(" + text + ")", where([&](uint32_t id) { return !set.contains(id); })};
      default:
        break;
    }
    const auto [other_text, other] = make(depth - 1);
    const std::string left = "(" + text + ")", right = "(" + other_text + ")";
    switch (below(4)) {
      case 0:
        return {left + " | " + right,
                where([&](uint32_t id) { return set.contains(id) || other.contains(id); })};
      case 1:
        return {left + "&" + right,
                where([&](uint32_t id) { return set.contains(id) && other.contains(id); })};
      case 2:
        return {left + "-" + right,
                where([&](uint32_t id) { return set.contains(id) && !other.contains(id); })};
      default:
        return {left + " ^ " + right,
                where([&](uint32_t id) { return set.contains(id) != other.contains(id); })};
    }
  }

 private:
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  template <typename Holds>
  Ids where(Holds holds) const {
    return reference_.where(holds);
  }

  std::pair<std::string, Ids> simple() {
    const uint32_t id = below(reference_.count());
    switch (below(6)) {
      case 0: {
        std::ostringstream text;
        text << "0x" << std::hex << reference_.heap().address(id);
        return {text.str(), {id}};
      }
      case 1: {
        const uint64_t size = reference_.heap().size(id);
        return {"size(>= " + std::to_string(size) + ")",
                where([&](uint32_t other) { return reference_.heap().size(other) >= size; })};
      }
      case 2:
        return {"alive", reference_.alive()};
      case 3:
        return {"garbage", where([&](uint32_t other) { return !reference_.alive().contains(other); })};
      case 4:
        return {"all", reference_.all()};
      default: {
        const uint32_t type = reference_.type(id);
        return {type == 0 ? "type" : "app.Type" + std::to_string(type - 1), reference_.instances(type)};
      }
    }
  }

  const Reference& reference_;
  std::mt19937 random_;
};

TEST_F(SetsTest, AreWhatAPlainProgramFinds) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    const RandomHeap random(30, 60, seed);
    const HeapIndex heap = open_index(random.dump());
    const Reference reference(random, heap);
    Opened opened(heap);
    RandomSets sets(reference, seed);
    for (int i = 0; i < 40; ++i) {
      const auto [text, ids] = sets.make(i % 4);
      EXPECT_EQ(opened.ids(text), ids) << text << ", seed " << seed;
    }
  }
}

// Up to Joint::kSets sets at once, and so many more that most are settled otherwise, beside one search of the
// heap for each.
TEST_F(SetsTest, EachRowOfAPartitionRetainsWhatIsReachedThroughItAlone) {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    const bool is_large = seed % 30 == 0;
    const RandomHeap random(is_large ? 700 : 60, is_large ? 1000 : 140, seed);
    const HeapIndex heap = open_index(random.dump());
    const Reference reference(random, heap);
    Opened opened(heap);
    for (const char* by : {"type", "unity", "size", "rcs", "id"}) {
      const Partition partition(heap, opened.groupings.by(by), opened.bits(seed % 3 == 0 ? "alive" : "all"));
      const std::vector<uint64_t> retained = partition.all_retained(opened.joint);
      ASSERT_EQ(retained.size(), partition.rows().size());
      for (size_t row = 0; row < retained.size(); ++row) {
        Ids members;
        partition.members(row).each([&](uint32_t id) { members.insert(id); });
        ASSERT_EQ(members.size(), partition.rows()[row].count);
        uint64_t size = 0;
        for (const uint32_t id : reference.freed(members)) size += heap.size(id);
        EXPECT_EQ(retained[row], size) << by << " row " << row << ", seed " << seed;
      }
    }
  }
}

// The ten objects of the issue that hold one text together.
TEST_F(SetsTest, WhatSeveralObjectsShareIsFreedWithAllOfThem) {
  HeapBuilder builder;
  const uint32_t blob = builder.object("bytes").size(1'000'033), holder = builder.type("app", "Holder");
  std::vector<uint32_t> holders;
  for (int i = 0; i < 10; ++i) holders.push_back(builder.object(holder).size(56).attribute("blob", blob));
  builder.module("app", {{"Holder", holder}, {"HOLDERS", builder.list(holders)}});
  const HeapIndex heap = open_index(builder.dump());
  Opened opened(heap);
  uint64_t size = 0;
  opened.bits("freed(Holder)").each([&](uint32_t id) { size += heap.size(id); });
  EXPECT_EQ(size, 1'000'593u);
  EXPECT_EQ(opened.ids("freed(Holder)").size(), 11u);
  EXPECT_EQ(opened.ids("Holder.blob"), Ids{blob});
}

// The same attributes in a `__dict__`, in the object and in a slot, and dicts that are no one's.
TEST_F(SetsTest, AnObjectAndTheDictOfItsAttributesAreOneHolder) {
  HeapBuilder builder;
  const uint32_t item = builder.type("shop", "Item"), tag = builder.type("shop", "Tag");
  const uint32_t a = builder.object(tag), b = builder.object(tag), c = builder.object(tag),
                 d = builder.object(tag);
  const uint32_t names = builder.dict({{"tag", a}, {"not a name", d}});
  const uint32_t in_dict = builder.object(item).attribute("__dict__", names);
  const uint32_t in_object = builder.object(item).attribute("tag", b);
  const uint32_t in_slot = builder.object(item).slot("tag", c);
  const uint32_t plain = builder.dict({{"tag", a}});
  const uint32_t shared = builder.dict({{"x", b}});
  const uint32_t borg = builder.object(item).attribute("__dict__", shared);
  const uint32_t other = builder.object(item).attribute("__dict__", shared);
  const uint32_t top = builder.list({in_dict, in_object, in_slot, plain, borg, other, names});
  builder.module("shop", {{"ALL", top}});
  const HeapIndex heap = open_index(builder.dump());
  Opened opened(heap);
  EXPECT_EQ(opened.ids("Item.tag"), (Ids{a, b, c}));
  EXPECT_EQ(opened.ids("shop.Item.tag"), (Ids{a, b, c}));
  EXPECT_EQ(opened.ids("Item.*"), (Ids{a, b, c, names, shared}));
  EXPECT_EQ(opened.ids("Item['not a name']"), Ids{d});
  EXPECT_EQ(opened.ids("dict['tag']"), Ids{a}) << "a dict by itself has keys";
  EXPECT_EQ(opened.ids("list[3]"), Ids{plain});
  EXPECT_EQ(opened.ids("list[*]"), (Ids{in_dict, in_object, in_slot, plain, borg, other, names}));
  EXPECT_EQ(opened.ids("Tag & by(Item)"), (Ids{c, d}));
  EXPECT_EQ(opened.ids("Tag & by(Item, dict)"), (Ids{a, b}));
  EXPECT_EQ(opened.ids("Tag & by(<= shop.*)"), (Ids{c, d}));
  EXPECT_EQ(opened.ids("Tag & by(>= Item)"), (Ids{a, b, c, d}));
  EXPECT_EQ(opened.ids("Tag & by(> Item)"), (Ids{a, b}));
  EXPECT_EQ(opened.ids("Tag & by(< Item, dict)"), (Ids{c, d}));
  EXPECT_EQ(opened.ids("Tag & via(.tag)"), Ids{c});
  EXPECT_EQ(opened.ids("Tag & via(.tag, ['x'])"), Ids{b});
  EXPECT_EQ(opened.ids("Tag & via(>= .tag)"), (Ids{a, b, c}));
  EXPECT_EQ(opened.ids("Tag & via(<= [*])"), Ids{d});
  EXPECT_EQ(opened.ids("referrers("
                       "Item.tag)"),
            (Ids{in_dict, in_object, in_slot, plain, shared}));
  EXPECT_EQ(opened.ids("referents(Item) & Tag"), (Ids{a, b, c, d}));
  EXPECT_EQ(opened.ids("Item.__dict__"), (Ids{names, shared}));
  const auto name = [&](const char* by, uint32_t id) {
    Grouping& grouping = opened.groupings.by(by);
    return grouping.name(grouping.of(id));
  };
  EXPECT_EQ(name("kind", names), "dict of shop.Item");
  EXPECT_EQ(name("kind", shared), "dict") << "two objects have it";
  EXPECT_EQ(name("kind", plain), "dict");
  EXPECT_EQ(name("rcs", a), "dict, shop.Item");
  EXPECT_EQ(name("referrers(kind)", c), "shop.Item");
  EXPECT_EQ(name("referrers(rcs)", c), name("rcs", in_slot));
  EXPECT_EQ(name("rcs", names), "list, shop.Item");
  EXPECT_EQ(name("via", a), ".tag, […]") << "one dict alone has the key";
  EXPECT_EQ(name("via", in_dict), "[…]") << "one list alone is there";
  EXPECT_EQ(name("via", names), ".__dict__, […]");
  EXPECT_EQ(name("kind,size", a), "shop.Tag; 16");
  EXPECT_EQ(name("type, referrers(kind)", c), "shop.Tag; shop.Item");
}

TEST_F(SetsTest, KeysThatSeveralHoldersUseAreWaysOfTheirOwn) {
  HeapBuilder builder;
  const uint32_t value = builder.object("object"), lone = builder.object("object");
  const uint32_t three = builder.object("int").content("3"), fourth = builder.object("object");
  const uint32_t first = builder.dict({{"name", value}, {"only", lone}}),
                 second = builder.dict({{"name", value}});
  const uint32_t numbers = builder.object("dict").entry(three, fourth);
  const uint32_t list = builder.list({first, second, numbers, fourth});
  builder.module("app", {{"LIST", list}});
  const HeapIndex heap = open_index(builder.dump());
  Opened opened(heap);
  Grouping& via = opened.groupings.by("via");
  EXPECT_EQ(via.name(via.of(value)), "['name']");
  EXPECT_EQ(via.name(via.of(lone)), "[…]");
  EXPECT_EQ(via.name(via.of(fourth)), "[3]") << "the key 3 and the index 3";
  EXPECT_EQ(via.name(via.of(three)), ".keys()");
  EXPECT_EQ(opened.ids("dict[3] & list[3]"), Ids{fourth});
  EXPECT_EQ(opened.ids("dict.keys() & content('na?e')").size(), 2u);
  EXPECT_EQ(opened.ids("via(['only'])"), Ids{lone});
  EXPECT_EQ(opened.ids("via([…])"), (Ids{lone, first, second, numbers}));
}

TEST(GlobTest, StandsForWhatAShellWouldTakeItFor) {
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"", ""},
                                                                  {"*", ""},
                                                                  {"a*c", "abc"},
                                                                  {"a*c", "ac"},
                                                                  {"*b*", "abc"},
                                                                  {"a?c", "aéc"},
                                                                  {"[a-c]x", "bx"},
                                                                  {"[^a-c]x", "dx"},
                                                                  {"[]]", "]"},
                                                                  {"[é-ü]", "ö"},
                                                                  {"*[0-9]", "a10"},
                                                                  {"shop.*", "shop.a"},
                                                                  {"[", "["},
                                                                  {"a[b", "a[b"},
                                                                  {"*a*b*c", "xaybzc"}}) {
    EXPECT_TRUE(matches_glob(pattern, text)) << pattern << " " << text;
  }
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"", "a"},
                                                                  {"?", ""},
                                                                  {"a?c", "ac"},
                                                                  {"[a-c]", "d"},
                                                                  {"[^a-c]", "b"},
                                                                  {"a*c", "abd"},
                                                                  {"[a]", "ab"},
                                                                  {"??", "é"}}) {
    EXPECT_FALSE(matches_glob(pattern, text)) << pattern << " " << text;
  }
}

TEST_F(SetsTest, AnObjectThatIsEverywhereIsHeldInAsManyWaysAndSaysHowMany) {
  constexpr size_t kCount = 300'000;
  HeapBuilder builder;
  const uint32_t none = builder.object("object");
  for (int i = 0; i < 2; ++i)
    builder.module("m" + std::to_string(i), {{"x", builder.list(std::vector<uint32_t>(kCount, none))}});
  const HeapIndex heap = open_index(builder.dump());
  Opened opened(heap);
  Grouping& via = opened.groupings.by("via");
  EXPECT_TRUE(via.name(via.of(none)).ends_with(" and 299900 more"));
  EXPECT_EQ(opened.ids("via([*])"), Ids{none});
}

TEST_F(SetsTest, RowsThatATableNumberedAreSets) {
  HeapBuilder builder;
  const uint32_t big = builder.object("bytes").size(5000), small = builder.object("bytes").size(20);
  builder.module("app", {{"LIST", builder.list({big, small})}});
  const HeapIndex heap = open_index(builder.dump());
  Opened opened(heap);
  EXPECT_EQ(opened.ids("all/kind:0"), (Ids{big, small}));
  EXPECT_EQ(opened.ids("all/kind:0/size:0"), Ids{big});
  EXPECT_EQ(opened.ids("all/kind,size:0"), Ids{big});
  EXPECT_EQ(opened.ids("bytes/referrers(kind):0"), (Ids{big, small}));
}

TEST_F(SetsTest, AMistakeIsToldWithItsPlace) {
  HeapBuilder builder;
  builder.module("app", {{"ITEM", builder.object(builder.type("app", "Item"))}});
  const HeapIndex heap = open_index(builder.dump());
  Opened opened(heap);
  const auto expect = [&](const std::string& set, int place, const std::string& what) {
    const std::string wanted = "SET, character " + std::to_string(place) + ": " + what;
    EXPECT_TRUE(opened.mistake(set).starts_with(wanted)) << set << ": " << opened.mistake(set);
  };
  expect("", 1, "a set should stand here");
  expect("str &", 6, "a set should stand here");
  expect("str | pakage", 7, "no type pakage");
  expect("(str", 5, ") should stand here");
  expect("str)", 4, "this ) closes nothing");
  expect("str str", 5, "an operator should stand here");
  expect("é | str & 0xzz", 11, "this is not an address");
  expect("é | str", 1, "no type é");
  expect("str & 0xzz", 7, "this is not an address");
  expect("str & 0x10", 7, "no object has this address");
  expect("size(> many)", 8, "a number should stand here");
  expect("freeed(str)", 1, "there is no function freeed");
  expect("str['k", 5, "this quote is not closed");
  expect("str[", 5, "a key or an index should stand here");
  expect("str.items()", 5, "there is no way .items()");
  expect("str/colour:0", 5, "no grouping 'colour'");
  expect("str/rcs", 8, ": should stand here");
  std::string nested = "kind";
  for (int i = 0; i < 200; ++i) nested = "referrers(" + nested + ")";
  expect("str/" + nested + ":0", 5, "a grouping is too long");
  expect("str/rcs:9", 4, "there is no row 9");
  expect("by(str, pakage)", 9, "no type pakage");
  expect("by(!= str)", 1, "write ~by(…)");
  expect("via(name)", 5, "a way should stand here");
  expect("root(stack)", 1, "there is no root stack");
  expect("new", 1, "new needs an earlier dump");
  expect("'app.Item' | 'Item'", 14, "no type Item");
  expect(std::string(300, '('), 201, "this is nested too deeply");
  std::string many = "str";
  for (int i = 0; i < 3000; ++i) many += "|str";
  EXPECT_NE(opened.mistake(many).find("too many parts"), std::string::npos);
}

// As a comparison asks of a dump of before there were any.
TEST_F(SetsTest, WhatAHeapDoesNotHaveCanStandForNoObjects) {
  HeapBuilder builder;
  builder.module("app", {{"ITEM", builder.object(builder.type("app", "Item"))}});
  const HeapIndex heap = open_index(builder.dump());
  Opened opened(heap);
  for (const char* absent : {"Order", "'app.Order'", "0x10", "by(Order)", "Order.name"})
    EXPECT_EQ(opened.ids(absent, true), Ids{}) << absent;
  EXPECT_EQ(opened.ids("Item | Order", true), opened.ids("Item"));
  EXPECT_EQ(opened.ids("all - Order", true), opened.ids("all"));
  EXPECT_EQ(opened.ids("Item & ~by(Order)", true), opened.ids("Item"));
  EXPECT_THROW(opened.ids("Item | ", true), Error);
  EXPECT_NE(opened.mistake("Item | Order"), "") << "what one way of asking keeps is not the other's answer";
}

// Whatever stands in a set, it is a set or a mistake.
TEST_F(SetsTest, NoTextBreaksTheParser) {
  constexpr const char* kParts[] = {"str", "(",   ")", "&", "|",   "-", "~",  ".",  "[",      "]",
                                    "'k'", "0x1", "/", ":", "rcs", "3", ",",  "by", "via",    "size",
                                    ">",   "<",   "=", "*", " ",   "é", "\\", "'",  "content"};
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (uint32_t length = random() % 12; length > 0; length--) text += kParts[random() % std::size(kParts)];
    try {
      parse_set(text);
    } catch (const Error& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("SET, character ")) << text;
    }
  }
}

}  // namespace
}  // namespace heapdump
