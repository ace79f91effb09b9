#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sets/set_tree.h"

namespace heapdump {

inline bool begins_name(char c) {
  return c == '_' || c == '*' || c == '?' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c & 0x80) != 0;
}
inline bool is_of_name(char c) { return begins_name(c) || (c >= '0' && c <= '9'); }

// The text of a set, and where its parser stands.
class SetText {
 protected:
  explicit SetText(std::string_view text) : text_(text) {}

  [[noreturn]] void fail(const std::string& what) const { fail_at(at_, what); }
  [[noreturn]] void fail_at(size_t at, const std::string& what) const;

  void skip_blanks();
  bool at_end();
  // The next character that is no blank; 0 at the end.
  char peek();
  bool take(std::string_view token);
  void expect(std::string_view token, const char* where);

  // What stands before `end`, without blanks behind it.
  std::string until(std::string_view end);
  // A text in quotes, or all up to the parenthesis that closes the function.
  std::string raw_text();
  // With the escapes of Python that a shell's user may need.
  std::string quoted();
  uint64_t whole_number();
  // A number, perhaps with a unit.
  uint64_t bytes();
  std::optional<Comparison> comparison();

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace heapdump
