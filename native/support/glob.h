#pragma once
#include <string_view>

namespace heapdump {

// Whether a text is as a pattern says: `*` stands for any characters, `?` for one byte.
inline bool matches_glob(std::string_view pattern, std::string_view text) {
  size_t at = 0, in = 0, star = pattern.npos, resume = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      resume = at;
    } else if (in < pattern.size() && (pattern[in] == '?' || pattern[in] == text[at])) {
      in++;
      at++;
    } else if (star != pattern.npos) {
      in = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == '*') in++;
  return in == pattern.size();
}

}  // namespace heapdump
