#include "support/glob.h"

#include <cstddef>

namespace heapdump {
namespace {

// Bytes of the character that a text begins with.
size_t character(std::string_view text) {
  size_t length = 1;
  while (length < text.size() && (text[length] & 0xc0) == 0x80) length++;
  return length;
}

// What a class such as `[a-z]` says of the first character of a text, and where the class ends; npos if it
// does not.
struct Class {
  size_t end;
  bool holds;
};

Class read_class(std::string_view pattern, std::string_view text) {
  const std::string_view wanted = text.substr(0, character(text));
  size_t at = 1;
  const bool negated = pattern.substr(at, 1) == "^";
  at += negated ? 1 : 0;
  bool found = false;
  for (bool is_first = true; at < pattern.size(); is_first = false) {
    if (pattern[at] == ']' && !is_first) return {at + 1, found != negated};
    const std::string_view low = pattern.substr(at, character(pattern.substr(at)));
    at += low.size();
    std::string_view high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = pattern.substr(at + 1, character(pattern.substr(at + 1)));
      at += 1 + high.size();
    }
    // UTF-8 is in the order of the characters.
    found = found || (low <= wanted && wanted <= high);
  }
  return {std::string_view::npos, false};
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view text) {
  size_t at = 0, in = 0, star = pattern.npos, resume = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      resume = at;
      continue;
    }
    if (in < pattern.size() && pattern[in] == '?') {
      in++;
      at += character(rest);
      continue;
    }
    const Class one = in < pattern.size() && pattern[in] == '[' ? read_class(pattern.substr(in), rest)
                                                                : Class{pattern.npos, false};
    if (one.end != pattern.npos && one.holds) {
      in += one.end;
      at += character(rest);
    } else if (one.end == pattern.npos && in < pattern.size() && pattern[in] == text[at]) {
      in++;
      at++;
    } else if (star != pattern.npos) {
      in = star + 1;
      resume += character(text.substr(resume));
      at = resume;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == '*') in++;
  return in == pattern.size();
}

}  // namespace heapdump
