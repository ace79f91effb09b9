#include "sets/set_parser.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "heap/label.h"
#include "sets/set_text.h"

namespace heapdump {
namespace {

constexpr int kMaxDepth = 200, kMaxParts = 2000;

struct Function {
  std::string_view name;
  SetTree::Kind kind;
};

constexpr Function kOfASet[] = {{"referrers", SetTree::kReferrers},
                                {"referents", SetTree::kReferents},
                                {"reach", SetTree::kReach},
                                {"freed", SetTree::kFreed},
                                {"holders", SetTree::kHolders}};
constexpr Function kOfAText[] = {{"subtypes", SetTree::kSubtypes},
                                 {"module", SetTree::kModule},
                                 {"owner", SetTree::kOwner},
                                 {"root", SetTree::kRoot},
                                 {"content", SetTree::kContent}};
constexpr Function kOfAList[] = {{"size", SetTree::kSize}, {"by", SetTree::kBy}, {"via", SetTree::kVia}};
constexpr Function kWords[] = {{"all", SetTree::kAll},
                               {"alive", SetTree::kAlive},
                               {"garbage", SetTree::kGarbage},
                               {"new", SetTree::kNew},
                               {"kept", SetTree::kKept}};
std::optional<SetTree::Kind> kind_named(std::span<const Function> functions, std::string_view name) {
  const auto at = std::ranges::find(functions, name, &Function::name);
  return at == functions.end() ? std::nullopt : std::optional(at->kind);
}

class Parser : private SetText {
 public:
  explicit Parser(std::string_view text) : SetText(text) {}

  SetTree whole() {
    SetTree tree = set();
    if (!at_end())
      fail(text_.substr(at_, 1) == ")" ? "this ) closes nothing" : "an operator should stand here: & | - ^");
    return tree;
  }

 private:
  // A tree is gone through by recursion.
  void count_part() {
    if (++parts_ > kMaxParts) fail("this set has too many parts");
  }

  SetTree of_two(SetTree::Kind kind, size_t at, SetTree left, SetTree right) {
    count_part();
    SetTree tree{.kind = kind, .at = at};
    tree.of.push_back(std::move(left));
    tree.of.push_back(std::move(right));
    return tree;
  }

  SetTree set() {
    if (++depth_ > kMaxDepth) fail("this is nested too deeply");
    SetTree left = part();
    for (;;) {
      const size_t at = (skip_blanks(), at_);
      if (take("|")) {
        left = of_two(SetTree::kUnion, at, std::move(left), part());
      } else if (take("-")) {
        left = of_two(SetTree::kLeft, at, std::move(left), part());
      } else if (take("^")) {
        left = of_two(SetTree::kEither, at, std::move(left), part());
      } else {
        depth_--;
        return left;
      }
    }
  }

  SetTree part() {
    SetTree left = negated();
    for (;;) {
      const size_t at = (skip_blanks(), at_);
      if (!take("&")) return left;
      left = of_two(SetTree::kBoth, at, std::move(left), negated());
    }
  }

  SetTree negated() {
    size_t times = 0;
    const size_t at = (skip_blanks(), at_);
    while (take("~")) times++;
    SetTree tree = with_steps();
    if (times % 2 == 0) return tree;
    SetTree negation{.kind = SetTree::kNot, .at = at};
    negation.of.push_back(std::move(tree));
    return negation;
  }

  SetTree with_steps() {
    SetTree tree = primary();
    for (;;) {
      skip_blanks();
      const size_t at = at_;
      SetTree outer{.at = at};
      if (take("/")) {
        outer.kind = SetTree::kRow;
        outer.text = partition();
        expect(":", " and the number of a row: all/rcs:0");
        outer.number = whole_number();
      } else if (peek() == '.' || peek() == '[') {
        outer.kind = SetTree::kStep;
        outer.ways.push_back(way());
      } else {
        return tree;
      }
      count_part();
      outer.of.push_back(std::move(tree));
      tree = std::move(outer);
    }
  }

  SetTree primary() {
    skip_blanks();
    const size_t at = at_;
    if (at_end()) fail("a set should stand here");
    if (take("(")) {
      SetTree inner = set();
      expect(")", "");
      return inner;
    }
    if (peek() == '\'' || peek() == '"') return {.kind = SetTree::kQuoted, .at = at, .text = quoted()};
    if (text_.substr(at_).starts_with("0x") || text_.substr(at_).starts_with("0X")) return address();
    if (!begins_name(peek())) fail("a set should stand here: a type, an address, a word or a function");
    return named(at);
  }

  SetTree address() {
    const size_t at = at_;
    at_ += 2;
    SetTree tree{.kind = SetTree::kAddress, .at = at};
    const auto [end, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), tree.number, 16);
    if (error != std::errc()) fail_at(at, "this is not an address");
    at_ = static_cast<size_t>(end - text_.data());
    if (at_ < text_.size() && is_of_name(text_[at_])) fail_at(at, "this is not an address");
    return tree;
  }

  // `shop.Item`, `shop.*`, `make.<locals>.Item`: which of the parts are the type's is known when it is looked
  // up. The word and where it begins, part by part.
  std::vector<std::pair<std::string, size_t>> parts() {
    std::vector<std::pair<std::string, size_t>> parts;
    for (;;) {
      const size_t at = at_;
      if (at_ < text_.size() && text_[at_] == '<' && !parts.empty()) {
        const size_t end = text_.find('>', at_);
        if (end == text_.npos) fail("this < is not closed");
        at_ = end + 1;
      } else {
        while (at_ < text_.size() && is_of_name(text_[at_])) at_++;
      }
      if (at_ == at) fail("a name should stand here");
      parts.emplace_back(text_.substr(at, at_ - at), at);
      const bool goes_on = at_ + 1 < text_.size() && text_[at_] == '.' &&
                           (begins_name(text_[at_ + 1]) || text_[at_ + 1] == '<');
      if (!goes_on) return parts;
      at_++;
    }
  }

  SetTree named(size_t at) {
    SetTree tree{.kind = SetTree::kName, .at = at, .names = parts()};
    if (tree.names.size() == 1 && peek() == '(') return function(tree.names[0].first, at);
    if (at_ < text_.size() && text_[at_] == '(') {  // `shop.Item.keys()`
      const auto [last, last_at] = tree.names.back();
      if (last != "keys") fail_at(last_at, "there is no way ." + last + "(); write .keys() for the keys");
      tree.names.pop_back();
      at_ = last_at - 1;
    }
    if (tree.names.size() == 1) {
      if (const auto word = kind_named(kWords, tree.names[0].first)) tree.kind = *word;
    }
    return tree;
  }

  SetTree function(const std::string& name, size_t at) {
    expect("(", "");
    SetTree tree{.at = at};
    if (const auto of_set = kind_named(kOfASet, name)) {
      tree.kind = *of_set;
      tree.of.push_back(set());
    } else if (const auto of_text = kind_named(kOfAText, name)) {
      tree.kind = *of_text;
      tree.text = raw_text();
    } else if (const auto of_list = kind_named(kOfAList, name)) {
      tree.kind = *of_list;
      const std::optional<Comparison> given = comparison();
      tree.comparison = given.value_or(Comparison::kEqual);
      if (tree.kind == SetTree::kSize) {
        tree.number = bytes();
      } else {
        if (tree.comparison == Comparison::kUnequal) fail_at(at, "write ~" + name + "(…) instead of !=");
        list(tree);
      }
    } else {
      fail_at(at,
              "there is no function " + name +
                  "; there are referrers, referents, reach, freed, holders, subtypes, size, module, owner, "
                  "root, content, by and via");
    }
    expect(")", "");
    return tree;
  }

  // Of by() and via(); it may be empty.
  void list(SetTree& tree) {
    if (peek() == ')') return;
    do {
      skip_blanks();
      const size_t at = at_;
      if (tree.kind == SetTree::kVia) {
        tree.ways.push_back(whole_way());
      } else if (peek() == '\'' || peek() == '"') {
        tree.names.emplace_back(quoted(), at);
      } else {
        std::string name;
        if (!begins_name(peek())) fail("a type should stand here");
        for (const auto& [part, part_at] : parts()) (name += name.empty() ? "" : ".") += part;
        tree.names.emplace_back(name, at);
      }
    } while (take(","));
  }

  // Several steps that are one way, such as `.gr_frame.f_back`.
  WayPattern whole_way() {
    WayPattern pattern = way();
    while (peek() == '.' || peek() == '[') {
      const WayPattern more = way();
      pattern.text += more.text;
      pattern.is_glob |= more.is_glob;
    }
    return pattern;
  }

  WayPattern way() {
    skip_blanks();
    const size_t at = at_;
    if (take("[")) {
      WayPattern pattern{.at = at};
      if (take("*")) {
        pattern = {"[*]", true, at};
      } else if (take("…")) {
        pattern.text = "[…]";
      } else if (peek() == '\'' || peek() == '"') {
        pattern.text = "[" + repr(quoted(), false) + "]";
      } else {
        pattern.text = "[" + until("]") + "]";
        if (pattern.text == "[]") fail("a key or an index should stand here: ['k'], [3], [*]");
      }
      expect("]", "");
      return pattern;
    }
    if (!take(".")) fail("a way should stand here: .name, ['k'], [3], [*], .keys()");
    const size_t begin = at_;
    while (at_ < text_.size() && is_of_name(text_[at_])) at_++;
    if (at_ == begin) fail("a name should stand here");
    const std::string name(text_.substr(begin, at_ - begin));
    if (at_ < text_.size() && text_[at_] == '(') {
      if (name != "keys") fail_at(begin, "there is no way ." + name + "(); write .keys() for the keys");
      at_++;
      expect(")", "");
      return {".keys()", false, at};
    }
    if (name == "f_locals" && peek() == '[') return {".f_locals" + way().text, false, at};
    return {"." + name, name.find_first_of("*?") != name.npos, at};
  }

  // `rcs`, `type,size`, `referrers(kind)`.
  std::string partition() {
    skip_blanks();
    const size_t begin = at_;
    int open = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '(') {
        open++;
      } else if (c == ')') {
        if (open-- == 0) break;
      } else if (!is_of_name(c) && c != ',' && c != ' ') {
        break;
      }
    }
    if (at_ == begin) fail("a partition should stand here: all/rcs:0");
    return std::string(text_.substr(begin, at_ - begin));
  }

  int depth_ = 0, parts_ = 0;
};

}  // namespace

SetTree parse_set(std::string_view text) { return Parser(text).whole(); }

}  // namespace heapdump
