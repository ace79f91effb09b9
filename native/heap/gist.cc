#include "heap/gist.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "heap/awaits.h"
#include "heap/label.h"
#include "heap/namespaces.h"
#include "heap/object_text.h"
#include "heap/runs.h"
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
  Attributes(const HeapIndex& heap, uint64_t most) : heap_(heap), most_(most) {}

  bool is_full() const { return count_ == most_; }
  void add(std::string_view name, uint32_t value) {
    if (is_full() || value == kNone || !heap_.content(value)) return;
    const std::string text = object_text(heap_, value).text;
    if (text == heap_.type_name(value) || text == "None") return;
    (text_ += count_++ > 0 ? ", " : "") += std::string(name) + "=" + text;
  }
  const std::string& text() const { return text_; }

 private:
  const HeapIndex& heap_;
  const uint64_t most_;
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

// What it runs, behind its name if it has one.
std::string run_gist(const HeapIndex& heap, uint32_t id) {
  const uint32_t code = code_of(heap, id);
  const std::string place = code == kNone ? std::string() : code_place(heap, code);
  if (place.empty()) return {};
  const std::string name = task_name(heap, id);
  return name.empty() ? place : name + ": " + place;
}

std::string instance_gist(const HeapIndex& heap, uint32_t id, uint64_t most) {
  Attributes attributes(heap, most);
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
  if (std::string runs = run_gist(heap, id); !runs.empty()) return runs;
  return instance_gist(heap, id, kShown);
}

std::string first_attribute(const HeapIndex& heap, uint32_t id) {
  return entries_of(heap, id) ? std::string() : instance_gist(heap, id, 1);
}

}  // namespace heapdump
