#include "sets/set_text.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "sets/set_error.h"

namespace heapdump {
namespace {

constexpr std::pair<std::string_view, uint64_t> kUnits[] = {
    {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"K", 1 << 10},
    {"M", 1 << 20},   {"G", 1 << 30},   {"B", 1}};

}  // namespace

void SetText::fail_at(size_t at, const std::string& what) const { throw set_error(text_, at, what); }

void SetText::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) at_++;
}

bool SetText::at_end() {
  skip_blanks();
  return at_ == text_.size();
}

char SetText::peek() {
  skip_blanks();
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool SetText::take(std::string_view token) {
  skip_blanks();
  if (!text_.substr(at_).starts_with(token)) return false;
  at_ += token.size();
  return true;
}

void SetText::expect(std::string_view token, const char* where) {
  if (!take(token)) fail(std::string(token) + " should stand here" + where);
}

std::string SetText::until(std::string_view end) {
  const size_t begin = at_;
  at_ = std::min(text_.find(end, at_), text_.size());
  std::string_view found = text_.substr(begin, at_ - begin);
  while (found.ends_with(' ')) found.remove_suffix(1);
  return std::string(found);
}

std::string SetText::raw_text() {
  if (peek() == '\'' || peek() == '"') return quoted();
  const size_t begin = at_;
  std::string found = until(")");
  if (found.empty()) fail_at(begin, "a name should stand here; in quotes if it is not a name");
  return found;
}

std::string SetText::quoted() {
  const size_t begin = at_;
  const char quote = text_[at_++];
  std::string found;
  while (at_ < text_.size() && text_[at_] != quote) {
    char c = text_[at_++];
    if (c == '\\' && at_ < text_.size()) {
      c = text_[at_++];
      c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
    }
    found += c;
  }
  if (at_ == text_.size()) fail_at(begin, "this quote is not closed");
  at_++;
  return found;
}

uint64_t SetText::whole_number() {
  skip_blanks();
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
  if (error != std::errc()) fail("a number should stand here");
  at_ = static_cast<size_t>(end - text_.data());
  return number;
}

uint64_t SetText::bytes() {
  const uint64_t number = whole_number();
  for (const auto& [unit, factor] : kUnits) {
    if (take(unit)) return number > UINT64_MAX / factor ? UINT64_MAX : number * factor;
  }
  return number;
}

std::optional<Comparison> SetText::comparison() {
  constexpr std::pair<std::string_view, Comparison> kSigns[] = {
      {"<=", Comparison::kAtMost}, {">=", Comparison::kAtLeast}, {"!=", Comparison::kUnequal},
      {"<", Comparison::kLess},    {">", Comparison::kMore},     {"=", Comparison::kEqual}};
  for (const auto& [sign, comparison] : kSigns) {
    if (take(sign)) return comparison;
  }
  return std::nullopt;
}

}  // namespace heapdump
