#include "python/type_declarations.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "python/releases.h"
#include "support/error.h"

namespace heapdump {
namespace {

constexpr uint32_t kMaxOffset = 1 << 24;  // no type's objects are as large
constexpr int kMaxNesting = 32;

// The words and signs of a line. A dot, a hyphen and `*` in names of types: `name` reads those.
class Line {
 public:
  Line(const std::string& file, int number, std::string_view text)
      : file_(file), number_(number), rest_(text.substr(0, text.find('#'))) {
    skip();
  }

  bool done() const { return rest_.empty(); }

  [[noreturn]] void fail(const std::string& what) const {
    std::string shown(rest_.substr(0, 24));
    std::ranges::replace_if(shown, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    const std::string at = done() ? "the end of the line" : "`" + shown + "`";
    throw Error(ExitCode::kUsage, file_ + ":" + std::to_string(number_) + ": " + what + ", at " + at);
  }

  // Up to a space.
  std::string_view name(const char* what) {
    if (done()) fail(std::string("expected ") + what);
    return take(std::min(rest_.find_first_of(" \t"), rest_.size()));
  }

  bool accept(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    const bool is_word = is_letter(token.back());
    if (is_word && rest_.size() > token.size() && continues_word(rest_[token.size()])) return false;
    take(token.size());
    return true;
  }

  void expect(std::string_view token) {
    if (!accept(token)) fail("expected `" + std::string(token) + "`");
  }

  bool at_number() const { return !done() && rest_[0] >= '0' && rest_[0] <= '9'; }

  uint64_t number() {
    if (!at_number()) fail("expected a number");
    const bool is_hex = rest_.starts_with("0x");
    const char* const begin = rest_.data() + (is_hex ? 2 : 0);
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(begin, rest_.data() + rest_.size(), value, is_hex ? 16 : 10);
    if (error != std::errc() || value >> 63 != 0) fail("expected a number below 2^63");
    take(end - rest_.data());
    return value;
  }

 private:
  static bool continues_word(char c) { return is_letter(c) || c == '.'; }

  static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  std::string_view take(size_t length) {
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    skip();
    return taken;
  }

  void skip() {
    const size_t begin = std::min(rest_.find_first_not_of(" \t\r"), rest_.size());
    rest_.remove_prefix(begin);
  }

  const std::string& file_;
  const int number_;
  std::string_view rest_;
};

// A formula, in steps that the walker takes on a stack.
class FormulaParser {
 public:
  FormulaParser(Line& line, std::vector<hd_formula_step>& steps)
      : line_(line), steps_(steps), first_(static_cast<uint32_t>(steps.size())) {}

  hd_formula parse() {
    conjunction();
    return {first_, static_cast<uint32_t>(steps_.size()) - first_};
  }

 private:
  void conjunction() {
    comparison();
    while (line_.accept("and")) {
      const size_t jump = steps_.size();
      binary(HD_AND);
      comparison();
      steps_[jump].value = steps_.size() - jump - 1;
    }
  }

  void comparison() {
    sum();
    if (line_.accept("==")) {
      sum();
      binary(HD_EQUAL);
    } else if (line_.accept("!=")) {
      sum();
      binary(HD_EQUAL);
      emit(HD_NOT);
    } else if (line_.accept("<=")) {
      swapped_less();
      emit(HD_NOT);
    } else if (line_.accept(">=")) {
      sum();
      binary(HD_LESS);
      emit(HD_NOT);
    } else if (line_.accept("<")) {
      sum();
      binary(HD_LESS);
    } else if (line_.accept(">")) {
      swapped_less();
    } else if (line_.accept("in")) {
      one_of();
    }
  }

  // right < left, of which left has its steps already.
  void swapped_less() {
    const std::ptrdiff_t left = left_;
    const auto middle = static_cast<std::ptrdiff_t>(steps_.size());
    sum();
    std::rotate(steps_.begin() + left, steps_.begin() + middle, steps_.end());
    binary(HD_LESS);
  }

  // The left side once for each, and how often it was equal.
  void one_of() {
    const std::vector<hd_formula_step> left(steps_.begin() + left_, steps_.end());
    bool is_first = true;
    do {
      if (!is_first) {
        for (const hd_formula_step& step : left) steps_.push_back(step);
        deepen(1);
      }
      number(line_.number());
      binary(HD_EQUAL);
      if (!is_first) binary(HD_ADD);
      is_first = false;
    } while (line_.at_number());
  }

  void sum() {
    left_ = static_cast<std::ptrdiff_t>(steps_.size());
    const std::ptrdiff_t left = left_;
    product();
    for (;;) {
      if (line_.accept("+")) {
        product();
        binary(HD_ADD);
      } else if (line_.accept("-")) {
        product();
        binary(HD_SUBTRACT);
      } else {
        break;
      }
    }
    left_ = left;
  }

  void product() {
    value();
    for (;;) {
      if (line_.accept("*")) {
        value();
        binary(HD_MULTIPLY);
      } else if (line_.accept("/")) {
        value();
        binary(HD_DIVIDE);
      } else {
        return;
      }
    }
  }

  void value() {
    if (++nesting_ > kMaxNesting) line_.fail("a formula nested too deeply");
    if (line_.at_number()) {
      number(line_.number());
    } else if (line_.accept("@")) {
      place();
      load(width());
    } else if (line_.accept("*")) {
      place();
      load(8);
    } else if (line_.accept("-")) {
      number(0);
      value();
      binary(HD_SUBTRACT);
    } else if (line_.accept("self")) {
      push(HD_SELF, 0);
    } else if (line_.accept("outside")) {
      parentheses();
      emit(HD_INSIDE);
      emit(HD_NOT);
    } else if (line_.accept("inside")) {
      parentheses();
      emit(HD_INSIDE);
    } else if (line_.accept("until0")) {
      two_arguments(HD_UNTIL0);
    } else if (line_.accept("links")) {
      two_arguments(HD_LINKS);
    } else if (line_.accept("max")) {
      two_arguments(HD_MAX);
    } else {
      parentheses();
    }
    nesting_--;
  }

  // An offset in the object, or an address in parentheses.
  void place() {
    if (!line_.at_number()) return parentheses();
    const uint64_t offset = line_.number();
    if (offset >= kMaxOffset) line_.fail("an offset beyond any object");
    push(HD_SELF, 0);
    number(offset);
    binary(HD_ADD);
  }

  uint32_t width() {
    if (!line_.accept(":")) return 8;
    if (line_.accept("u8")) return 1;
    if (line_.accept("u16")) return 2;
    if (line_.accept("u32")) return 4;
    if (line_.accept("i32")) return 4 | HD_SIGNED;
    line_.fail("expected u8, u16, u32 or i32");
  }

  void parentheses() {
    line_.expect("(");
    conjunction();
    line_.expect(")");
  }

  void two_arguments(hd_formula_op op) {
    line_.expect("(");
    conjunction();
    line_.expect(",");
    conjunction();
    line_.expect(")");
    binary(op);
  }

  void number(uint64_t value) { push(HD_NUMBER, value); }
  void load(uint32_t width) { steps_.push_back({HD_LOAD, width, 0}); }
  void emit(hd_formula_op op) { steps_.push_back({op, 0, 0}); }

  void push(hd_formula_op op, uint64_t value) {
    steps_.push_back({op, 0, value});
    deepen(1);
  }

  void binary(hd_formula_op op) {
    emit(op);
    depth_--;
  }

  void deepen(int by) {
    depth_ += by;
    if (depth_ > HD_FORMULA_DEPTH) line_.fail("a formula nested too deeply");
  }

  Line& line_;
  std::vector<hd_formula_step>& steps_;
  const uint32_t first_;
  std::ptrdiff_t left_ = 0;  // where the steps of the sum begin that was read last
  int depth_ = 0;
  int nesting_ = 0;
};

class Compiler {
 public:
  explicit Compiler(const std::string& version) : release_(parse_release(version)) {}

  void read(const TypesFile& file) {
    head_.clear();
    is_given_ = file.is_given;
    int number = 0;
    for (std::string_view rest = file.text; !rest.empty();) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view text = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      Line line(file.name, ++number, text);
      if (line.done()) continue;
      if (text[0] == ' ' || text[0] == '\t') {
        statement(line);
      } else {
        type(line);
      }
      if (!line.done()) line.fail("this does not belong here");
    }
    end_type();
  }

  TypeDeclarations take() { return std::move(compiled_); }

 private:
  void type(Line& line) {
    end_type();
    line.expect("type");
    first_ = static_cast<uint32_t>(compiled_.statements.size());
    is_for_version_ = true;
    uint32_t size = 0;
    do {
      if (line.accept("python")) {
        is_for_version_ = versions(line);
      } else if (line.accept("size")) {
        size = static_cast<uint32_t>(std::min<uint64_t>(line.number(), kMaxOffset));
      } else {
        hd_declaration& row = head_.emplace_back();
        const std::string_view name = line.name("the name of a type");
        if (name.size() >= sizeof row.owner) line.fail("a name of more than 63 bytes");
        name.copy(row.owner, sizeof row.owner - 1);
      }
    } while (!line.done());
    if (head_.empty()) line.fail("expected the name of a type");
    for (hd_declaration& row : head_) row.basicsize = size;
  }

  // `3.11`, `3.8-3.11`, `3.12-`
  bool versions(Line& line) const {
    const auto minor = [&] {
      if (line.number() != 3) line.fail("expected a version such as 3.11");
      line.expect(".");
      return static_cast<int>(std::min<uint64_t>(line.number(), 999));
    };
    const int first = minor();
    if (!line.accept("-")) return release_.minor == first;
    return release_.minor >= first && (!line.at_number() || release_.minor <= minor());
  }

  void statement(Line& line) {
    if (head_.empty()) line.fail("expected `type` before what is said of it");
    hd_declared row{};
    const auto formula = [&] { return FormulaParser(line, compiled_.steps).parse(); };
    const auto when = [&] {
      if (line.accept("when")) row.when = formula();
    };
    if (line.accept("check")) {
      row.kind = HD_CHECK;
      row.value = formula();
    } else if (line.accept("owns")) {
      row.kind = HD_OWNS;
      row.value = formula();
      if (line.accept("at")) row.at = formula();
      row.is_shared = line.accept("shared");
      if (row.is_shared != 0 && row.at.count == 0) line.fail("what is shared needs `at`");
      when();
    } else if (line.accept("ref")) {
      row.kind = HD_REFERENCE;
      const std::string_view name = line.name("the name of a reference");
      if (name.size() >= sizeof row.name) line.fail("a name of more than 31 bytes");
      name.copy(row.name, sizeof row.name - 1);
      row.value = formula();
      when();
    } else if (line.accept("unknown")) {
      row.kind = HD_UNKNOWN;
    } else {
      line.fail("expected check, owns, ref or unknown");
    }
    compiled_.statements.push_back(row);
  }

  // Checks come first: they hold for all that is said.
  void end_type() {
    const auto first = compiled_.statements.begin() + first_;
    std::stable_partition(first, compiled_.statements.end(),
                          [](const hd_declared& row) { return row.kind == HD_CHECK; });
    for (hd_declaration& row : head_) {
      row.is_given = is_given_;
      row.first = first_;
      row.count = static_cast<uint32_t>(compiled_.statements.size()) - first_;
      if (is_for_version_) compiled_.types.push_back(row);
    }
    head_.clear();
  }

  const Release release_;
  TypeDeclarations compiled_;
  std::vector<hd_declaration> head_;  // of the types that the statements at hand are about
  uint32_t first_ = 0;
  bool is_for_version_ = true;
  bool is_given_ = false;
};

}  // namespace

TypeDeclarations compile_types(std::span<const TypesFile> files, const std::string& version) {
  Compiler compiler(version);
  for (const TypesFile& file : files) compiler.read(file);
  return compiler.take();
}

}  // namespace heapdump
