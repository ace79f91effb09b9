#include "heap/label.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "protocol.h"

namespace heapdump {
namespace {

// What str.isprintable() denies: categories Cc, Cf, Cs, Co, Zl, Zp and Zs but the space (Unicode 15).
constexpr CodeRange kUnprintable[] = {
    {0x0, 0x1f},        {0x7f, 0xa0},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},
    {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x1680, 0x1680},
    {0x180e, 0x180e},   {0x2000, 0x200f},   {0x2028, 0x202f},   {0x205f, 0x206f},   {0x3000, 0x3000},
    {0xd800, 0xf8ff},   {0xfeff, 0xfeff},   {0xfff0, 0xfffb},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
    {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff},
};

bool is_printable(uint32_t code) { return !is_within(kUnprintable, code); }

void append_escape(std::string& out, uint32_t code) {
  std::array<char, 12> escape;
  const char* format = code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x";
  const int length = std::snprintf(escape.data(), escape.size(), format, code);
  out.append(escape.data(), length);
}

std::optional<std::string> key_label(const HeapIndex& heap, uint32_t source, uint64_t position) {
  if (position == 0 || heap.kind(source, position - 1) != HD_REF_KEY) return std::nullopt;
  const Range positions = heap.positions(source);
  if (position > positions.size()) return std::nullopt;  // a damaged index
  const uint32_t key = heap.target(positions.begin + position - 1);
  if (key == kNone) return std::nullopt;
  const std::optional<Content> content = heap.content(key);
  if (!content) return std::nullopt;
  if (content->is_text) return repr(content->bytes, content->cut);
  return std::string(content->bytes) + (content->cut ? "…" : "");
}

}  // namespace

std::optional<std::string> label_of(const HeapIndex& heap, uint32_t source, uint64_t position) {
  const ShapeRow& shape = heap.shape(source);
  if (position < shape.named) {
    const StringRef label = heap.fields()[shape.first_field + position].label;
    if (label.length > 0) return std::string(heap.text(label));
  } else if (shape.tail_count > 0) {
    const uint64_t beyond = position - shape.named;
    if ((shape.tail[beyond % shape.tail_count] & HD_REF_INDEXED) != 0) {
      return std::to_string(beyond / shape.tail_count);
    }
  }
  return heap.kind(source, position) == HD_REF_VALUE ? key_label(heap, source, position) : std::nullopt;
}

bool is_within(std::span<const CodeRange> ranges, uint32_t code) {
  const auto after = std::ranges::upper_bound(ranges, code, {}, &CodeRange::first);
  return after != ranges.begin() && code <= std::prev(after)->last;
}

uint32_t take_character(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  const size_t length = first < 0x80   ? 1
                        : first < 0xc2 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                        : first < 0xf5 ? 4
                                       : 0;
  const auto is_tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  bool good = length != 0 && length <= text.size();
  uint32_t code = length < 2 ? first : first & (0xff >> (length + 1));
  for (size_t i = 1; good && i < length; ++i) {
    good = is_tail(i);
    code = code << 6 | (byte(i) & 0x3f);
  }
  text.remove_prefix(good ? length : 1);
  return good ? code : 0xdc00u + first;
}

std::string repr(std::string_view utf8, bool cut) {
  const bool has_single = utf8.find('\'') != utf8.npos;
  const char quote = has_single && utf8.find('"') == utf8.npos ? '"' : '\'';
  std::string out(1, quote);
  while (!utf8.empty()) {
    const std::string_view before = utf8;
    const uint32_t code = take_character(utf8);
    if (code == static_cast<uint8_t>(quote) || code == '\\') {
      out += '\\';
      out += static_cast<char>(code);
    } else if (code == '\n') {
      out += "\\n";
    } else if (code == '\r') {
      out += "\\r";
    } else if (code == '\t') {
      out += "\\t";
    } else if (is_printable(code)) {
      out += before.substr(0, before.size() - utf8.size());
    } else {
      append_escape(out, code);
    }
  }
  if (cut) out += "…";
  out += quote;
  return out;
}

bool may_hold_surrogate(std::string_view utf8) {
  for (size_t at = utf8.find("\\ud"); at != utf8.npos; at = utf8.find("\\ud", at + 1)) {
    const std::string_view digits = utf8.substr(at + 3, 3);
    if (digits.size() == 3 && std::string_view("89abcdef").find(digits[0]) != std::string_view::npos)
      return true;
  }
  return false;
}

bool is_exact_name(std::string_view utf8) {
  // A name that was cut may end a few bytes before the limit, where a character does.
  return !may_hold_surrogate(utf8) && utf8.size() + 4 <= HD_MAX_NAME;
}

}  // namespace heapdump
