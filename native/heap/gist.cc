#include "heap/gist.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "heap/label.h"
#include "heap/namespaces.h"
#include "heap/object_text.h"
#include "protocol.h"

namespace heapdump {
namespace {

constexpr uint64_t kShown = 3;
// References of an object that are looked at for its attributes.
constexpr uint64_t kMostPositions = 64;

std::string with_commas(uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

// What each entry behind the named references of an object has.
struct Entries {
  uint8_t first_kind;
  uint64_t begin;  // as a row that HeapIndex::target takes
  uint64_t count;
  uint64_t width;
};

std::optional<Entries> entries_of(const HeapIndex& heap, uint32_t id) {
  const ShapeRow& shape = heap.shape(id);
  const Range rows = heap.positions(id);
  if (shape.tail_count == 0 || shape.tail_count > std::size(shape.tail) || rows.size() < shape.named)
    return std::nullopt;
  const uint8_t kind = shape.tail[0] & ~HD_REF_INDEXED;
  if (kind != HD_REF_KEY && kind != HD_REF_ITEM) return std::nullopt;
  return Entries{kind, rows.begin + shape.named, (rows.size() - shape.named) / shape.tail_count,
                 shape.tail_count};
}

std::string container_gist(const HeapIndex& heap, const Entries& entries) {
  if (entries.count == 0) return "empty";
  std::string text = with_commas(entries.count) + (entries.first_kind == HD_REF_KEY ? " key" : " item") +
                     (entries.count == 1 ? ": " : "s: ");
  // Those that look alike are one; Python's own names say least.
  std::vector<std::string> shown, dunders;
  for (uint64_t i = 0; i < std::min(entries.count, kMostPositions) && shown.size() < kShown; ++i) {
    const uint32_t entry = heap.target(entries.begin + i * entries.width);
    std::string own = entry == kNone ? "?" : object_text(heap, entry).text;
    std::vector<std::string>& same = own.starts_with("'__") ? dunders : shown;
    if (std::ranges::find(same, own) == same.end()) same.push_back(std::move(own));
  }
  if (shown.empty())
    shown.assign(dunders.begin(), dunders.begin() + std::min<size_t>(dunders.size(), kShown));
  for (const std::string& own : shown) (text += &own == &shown.front() ? "" : ", ") += own;
  return text + (shown.size() < entries.count ? ", …" : "");
}

class Attributes {
 public:
  explicit Attributes(const HeapIndex& heap) : heap_(heap) {}

  bool is_full() const { return count_ == kShown; }
  void add(std::string_view name, uint32_t value) {
    if (is_full() || value == kNone || !heap_.content(value)) return;
    const std::string text = object_text(heap_, value).text;
    if (text == heap_.type_name(value) || text == "None") return;
    (text_ += count_++ > 0 ? ", " : "") += std::string(name) + "=" + text;
  }
  const std::string& text() const { return text_; }

 private:
  const HeapIndex& heap_;
  std::string text_;
  uint64_t count_ = 0;
};

void add_of_dict(const HeapIndex& heap, uint32_t dict, Attributes& attributes) {
  const auto entries = entries_of(heap, dict);
  if (!entries || entries->first_kind != HD_REF_KEY || entries->width < 2) return;
  for (uint64_t i = 0; i < std::min(entries->count, kMostPositions) && !attributes.is_full(); ++i) {
    const uint64_t row = entries->begin + i * entries->width;
    const uint32_t key = heap.target(row);
    const auto name = key == kNone ? std::nullopt : whole_str(heap, key);
    if (name) attributes.add(*name, heap.target(row + 1));
  }
}

// Who holds a function or a coroutine, and shows what is run: a task, a handle, a method, a partial.
struct Runs {
  std::string_view label;
  bool of_any_class;  // else of types of C alone
};
constexpr Runs kRuns[] = {{"_coro", true}, {"_callback", true}, {"__func__", false}, {"func", false}};
// A handle has a method, or a partial of one.
constexpr int kMostRuns = 3;

// A function's or a coroutine's content is `NAME FILE:LINE`; the file without its folder, and not at all if
// it was cut.
std::string place_of(const Content& content) {
  const size_t space = content.bytes.find(' ');
  const std::string name(content.bytes.substr(0, space));
  if (space == std::string_view::npos || content.cut) return name;
  const std::string_view place = content.bytes.substr(space + 1);
  const size_t slash = place.rfind('/');
  return name + " " + std::string(place.substr(slash == std::string_view::npos ? 0 : slash + 1));
}

std::string what_it_runs(const HeapIndex& heap, uint32_t id, int depth = 0) {
  if (const auto content = heap.content(id)) return content->is_text ? "" : place_of(*content);
  if (depth == kMostRuns) return {};
  const Range rows = heap.positions(id);
  std::string name, found;
  for (uint64_t at = 0; at < std::min(rows.size(), kMostPositions); ++at) {
    const uint32_t value = heap.target(rows.begin + at);
    const auto label = value == kNone ? std::nullopt : label_of(heap, id, at);
    if (!label) continue;
    if (*label == "_name")
      name = whole_str(heap, value).value_or("");
    else if (std::ranges::any_of(kRuns, [&](const Runs& runs) {
               return *label == runs.label && (runs.of_any_class || heap.kind(id, at) == HD_REF_FIELD);
             }))
      found = what_it_runs(heap, value, depth + 1);
  }
  return found.empty() || name.empty() ? found : name + ": " + found;
}

std::string instance_gist(const HeapIndex& heap, uint32_t id) {
  Attributes attributes(heap);
  const Range rows = heap.positions(id);
  for (uint64_t at = 0; at < std::min(rows.size(), kMostPositions) && !attributes.is_full(); ++at) {
    const uint32_t value = heap.target(rows.begin + at);
    const auto name = label_of(heap, id, at);
    if (!name || value == kNone) continue;
    const uint8_t kind = heap.kind(id, at);
    if (*name == "__dict__") {
      add_of_dict(heap, value, attributes);
    } else if (kind == HD_REF_ATTRIBUTE || kind == HD_REF_SLOT) {
      attributes.add(*name, value);
    }
  }
  return attributes.text();
}

}  // namespace

std::string gist(const HeapIndex& heap, uint32_t id) {
  if (heap.content(id)) return {};
  if (const auto entries = entries_of(heap, id)) return container_gist(heap, *entries);
  if (std::string runs = what_it_runs(heap, id); !runs.empty()) return runs;
  return instance_gist(heap, id);
}

}  // namespace heapdump
