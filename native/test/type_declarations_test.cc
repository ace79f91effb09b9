// Types files: what a formula means, which types and versions are told of, and what is refused.
#include "python/type_declarations.h"

#include <gtest/gtest.h>

#include "support/error.h"

namespace heapdump {
namespace {

TypeDeclarations compile(const std::string& text, const std::string& version = "3.11.7") {
  const TypesFile file{"own.types", text};
  return compile_types({&file, 1}, version);
}

std::string refusal(const std::string& text) {
  try {
    compile(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.what();
  }
  return "";
}

constexpr int64_t kSelf = 1000;

// Of an object whose words, and all others, are a hundred times their address.
int64_t value_of(const std::string& formula) {
  const TypeDeclarations compiled = compile("type T\n  check " + formula);
  const hd_formula slice = compiled.statements.at(0).value;
  std::vector<int64_t> stack;
  const auto pop = [&] {
    const int64_t value = stack.back();
    stack.pop_back();
    return value;
  };
  for (uint32_t i = slice.first; i < slice.first + slice.count; ++i) {
    const hd_formula_step& step = compiled.steps.at(i);
    if (step.op == HD_NUMBER) {
      stack.push_back(static_cast<int64_t>(step.value));
    } else if (step.op == HD_SELF) {
      stack.push_back(kSelf);
    } else if (step.op == HD_LOAD) {
      stack.back() *= 100;
    } else if (step.op == HD_NOT) {
      stack.back() = stack.back() == 0;
    } else if (step.op == HD_AND) {
      stack.back() == 0 ? i += step.value : pop();
    } else if (step.op == HD_INSIDE) {
      stack.back() = stack.back() >= kSelf && stack.back() < kSelf + 50;
    } else {
      const int64_t right = pop(), left = pop();
      stack.push_back(step.op == HD_ADD        ? left + right
                      : step.op == HD_SUBTRACT ? left - right
                      : step.op == HD_MULTIPLY ? left * right
                      : step.op == HD_DIVIDE   ? left / right
                      : step.op == HD_MAX      ? std::max(left, right)
                      : step.op == HD_EQUAL    ? left == right
                                               : left < right);
    }
    EXPECT_LE(stack.size(), HD_FORMULA_DEPTH);
  }
  EXPECT_EQ(stack.size(), 1);
  return stack.at(0);
}

TEST(TypeDeclarationsTest, FormulasMeanWhatTheySay) {
  const std::pair<const char*, int64_t> cases[] = {
      {"7", 7},
      {"0x10", 16},
      {"-3 + 5", 2},
      {"2 + 3 * 4 - 10 / 3", 11},
      {"(2 + 3) * 4", 20},
      {"10 - 3 - 2", 5},
      {"self", 1000},
      {"@16", 101600},
      {"*16", 101600},
      {"@(16)", 1600},
      {"@(*16 + 8):i32", 10160800},
      {"16 + 2 * *(8)", 1616},
      {"*8 * 2", 201600},
      {"max(3, 8) + max(2, 1)", 10},
      {"1 < 2", 1},
      {"2 < 1", 0},
      {"2 > 1", 1},
      {"1 > 2", 0},
      {"2 > 2", 0},
      {"2 <= 2", 1},
      {"3 <= 2", 0},
      {"2 >= 3", 0},
      {"2 + 2 == 4", 1},
      {"2 != 2", 0},
      {"1 + 2 > 1 * 2", 1},
      {"(1 < 2) + (2 > (1 + 0)) == 2", 1},
      {"5 in 1 5", 1},
      {"5 in 1 2 3", 0},
      {"2 + 3 in 5", 1},
      {"1 and 0", 0},
      {"0 and 1 / 0", 0},
      {"1 and 2 == 2 and 5", 5},
      {"1 == 2 and 1 / 0 and 1 / 0", 0},
      {"inside(self + 49)", 1},
      {"outside(self + 49)", 0},
      {"outside(*0)", 1},
  };
  for (const auto& [formula, value] : cases) EXPECT_EQ(value_of(formula), value) << formula;
}

TEST(TypeDeclarationsTest, ChecksComeFirstAndNamesShareWhatIsSaid) {
  const TypeDeclarations compiled = compile(
      "type a.A b.B size 48  # two\n"
      "\n"
      "  owns @24 at *16 shared when *16 != 0\n"
      "\tcheck 1\n"
      "  ref kept @32\r\n"
      "type c.C\n  unknown\n");
  ASSERT_EQ(compiled.types.size(), 3);
  EXPECT_STREQ(compiled.types[1].owner, "b.B");
  EXPECT_EQ(compiled.types[1].basicsize, 48);
  EXPECT_EQ(compiled.types[0].first, compiled.types[1].first);
  EXPECT_EQ(compiled.types[2].basicsize, 0);
  std::vector<uint32_t> kinds;
  for (const hd_declared& row : compiled.statements) kinds.push_back(row.kind);
  EXPECT_EQ(kinds, (std::vector<uint32_t>{HD_CHECK, HD_OWNS, HD_REFERENCE, HD_UNKNOWN}));
  EXPECT_EQ(compiled.statements[1].is_shared, 1);
  EXPECT_STREQ(compiled.statements[2].name, "kept");
}

TEST(TypeDeclarationsTest, OnlyTheVersionAtHandIsToldOf) {
  const auto told = [](const std::string& versions, const std::string& version) {
    return compile("type T python " + versions + "\n  unknown\n", version).types.size() == 1;
  };
  EXPECT_TRUE(told("3.11", "3.11.7"));
  EXPECT_FALSE(told("3.1", "3.11.7"));
  EXPECT_TRUE(told("3.8-3.11", "3.8.18"));
  EXPECT_TRUE(told("3.8-3.11", "3.11.0rc1"));
  EXPECT_FALSE(told("3.8-3.11", "3.12.1"));
  EXPECT_TRUE(told("3.12-", "3.14.3"));
  EXPECT_FALSE(told("3.12-", "3.11.7"));
}

TEST(TypeDeclarationsTest, WhatIsWrongIsNamedWithItsLine) {
  const std::pair<std::string, const char*> cases[] = {
      {"types T", "own.types:1: expected `type`, at `types T`"},
      {"type", "own.types:1: expected the name of a type, at the end of the line"},
      {"  owns 1", "own.types:1: expected `type` before what is said of it, at `owns 1`"},
      {"type T\n\n  own 1", "own.types:3: expected check, owns, ref or unknown, at `own 1`"},
      {"type T\n  owns", "own.types:2: expected `(`, at the end of the line"},
      {"type T\n  owns 1 2", "own.types:2: this does not belong here, at `2`"},
      {"type T\n  owns (1", "own.types:2: expected `)`, at the end of the line"},
      {"type T\n  owns @16:i16", "own.types:2: expected u8, u16, u32 or i32, at `i16`"},
      {"type T\n  owns @16777216", "own.types:2: an offset beyond any object, at the end of the line"},
      {"type T\n  owns 9223372036854775808",
       "own.types:2: expected a number below 2^63, at `9223372036854775808`"},
      {"type T\n  owns 1 shared", "own.types:2: what is shared needs `at`, at the end of the line"},
      {"type T\n  check 1 in", "own.types:2: expected a number, at the end of the line"},
      {"type T python 3", "own.types:1: expected `.`, at the end of the line"},
      {"type " + std::string(64, 'T'), "own.types:1: a name of more than 63 bytes, at the end of the line"},
      {"type T\n  owns " + std::string(40, '('), "own.types:2: a formula nested too deeply, at `((((((((`"},
      {"type T\n  owns 1" +
           [] {
             std::string deep;
             for (int i = 0; i < 20; ++i) deep += "+(1";
             return deep;
           }(),
       "own.types:2: a formula nested too deeply, at `+(1+(1+(1+(1`"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(refusal(text), message) << text;
}

TEST(TypeDeclarationsTest, AnythingIsReadOrRefused) {
  const char* const words[] = {"type",    "T",      "owns",  "check", "ref", "when", "at", "shared",
                               "unknown", "python", "3.11-", "16",    "@",   "*",    "(",  ")",
                               "+",       "-",      "==",    "in",    "and", ":",    "u8", "max(",
                               ",",       "\n",     " ",     "\n  ",  "#",   "self"};
  uint64_t random = 1;
  for (int i = 0; i < 20000; ++i) {
    std::string text = i % 2 ? "type T\n  owns " : "";
    for (int k = 0; k < 12; ++k) {
      random = random * 6364136223846793005 + 1442695040888963407;
      text += std::string(words[(random >> 33) % std::size(words)]) + ((random >> 20) % 3 ? " " : "");
    }
    refusal(text);
  }
}

}  // namespace
}  // namespace heapdump
