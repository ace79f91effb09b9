#include "heap/python_name.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "heap/label.h"

namespace heapdump {
namespace {

constexpr std::array<std::string_view, 35> kKeywords = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

constexpr CodeRange kLetters[] = {
    {0xc0, 0xd6},   {0xd8, 0xf6},   {0xf8, 0x131},  {0x134, 0x13e},   {0x141, 0x148},   {0x14a, 0x17e},
    {0x391, 0x3a1}, {0x3a3, 0x3ce}, {0x400, 0x481}, {0x3041, 0x3096}, {0x4e00, 0x9fef}, {0xac00, 0xd7a3},
};

bool is_letter(uint32_t code) {
  if (code < 0x80) return code == '_' || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
  return is_within(kLetters, code);
}

}  // namespace

bool is_python_name(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9') ||
      std::ranges::find(kKeywords, text) != kKeywords.end()) {
    return false;
  }
  while (!text.empty()) {
    const uint32_t code = take_character(text);
    if (!is_letter(code) && !(code >= '0' && code <= '9')) return false;
  }
  return true;
}

}  // namespace heapdump
