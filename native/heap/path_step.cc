#include "heap/path_step.h"

#include <algorithm>
#include <optional>

#include "heap/label.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Kinds that say more come first.
int kind_rank(uint8_t kind) {
  switch (kind) {
    case HD_REF_KEY:
      return 2;
    case HD_REF_OTHER:
      return 1;
    default:
      return 0;
  }
}

bool is_identifier(std::string_view text) {
  const auto good = [](unsigned char c) {
    return c == '_' || c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
  };
  return !text.empty() && std::ranges::all_of(text, good) && !(text[0] >= '0' && text[0] <= '9');
}

// At most so many bytes, cut at a character.
std::string shortened(std::string text, size_t longest) {
  if (text.size() <= longest) return text;
  size_t end = longest - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) end--;
  return text.substr(0, end) + "…";
}

}  // namespace

PathStep step_between(const HeapIndex& heap, uint32_t holder, uint32_t held, const Avoid& avoid) {
  const Range rows = heap.positions(holder), referrers = heap.referrers(held);
  PathStep best{holder, 0, true};
  int rank = 3;
  const auto consider = [&](uint64_t position) {
    const uint8_t kind = heap.kind(holder, position);
    if (kind == HD_REF_WEAK || kind_rank(kind) >= rank || avoid.covers_label(heap, holder, position)) return;
    rank = kind_rank(kind);
    best = {holder, position, false};
  };
  if (rows.size() <= referrers.size()) {
    for (uint64_t row = rows.begin; row < rows.end && rank > 0; ++row) {
      if (heap.target(row) == held) consider(row - rows.begin);
    }
  } else {
    for (uint64_t row = referrers.begin; row < referrers.end && rank > 0; ++row) {
      const Reference reference = heap.referrer(row);
      if (reference.source == holder) consider(reference.position);
    }
  }
  return best;
}

uint8_t kind_of(const HeapIndex& heap, const PathStep& step) {
  return step.is_type ? static_cast<uint8_t>(HD_REF_TYPE) : heap.kind(step.holder, step.position);
}

std::string format_step(const HeapIndex& heap, const PathStep& step, size_t longest) {
  if (step.is_type) return ".__class__";
  const std::optional<std::string> label = label_of(heap, step.holder, step.position);
  const std::string name = label ? shortened(*label, longest) : "?";
  switch (kind_of(heap, step)) {
    case HD_REF_VALUE:
      return "[" + name + "]";
    case HD_REF_ITEM:
      return label ? "[" + name + "]" : "{…}";
    case HD_REF_KEY:
      return ".keys()[…]";
    case HD_REF_LOCAL:
      return label ? ".f_locals['" + name + "']" : ".f_locals[?]";
    case HD_REF_CELL:
      return label ? "." + name : ".cell_contents";
    case HD_REF_OTHER:
      return label ? "." + name : " → ";
    default:
      return "." + name;
  }
}

std::string format_pattern(const HeapIndex& heap, const PathStep& step) {
  switch (kind_of(heap, step)) {
    case HD_REF_VALUE:
    case HD_REF_ITEM:
      return "[…]";
    case HD_REF_KEY:
      return ".keys()[…]";
    default:
      return format_step(heap, step);
  }
}

uint32_t namespace_holder(const HeapIndex& heap, uint32_t id, uint32_t holder, uint32_t above) {
  const auto type_name = [&](uint32_t object) { return heap.text(heap.types()[heap.type(object)].name); };
  if (holder == kNone || type_name(id) != "dict") return kNone;
  const PathStep step = step_between(heap, holder, id);
  if (!step.is_type && label_of(heap, holder, step.position) == "__dict__") return holder;
  const bool of_thread =
      above != kNone && type_name(above) == "_thread._local" && type_name(holder) == "dict";
  return of_thread ? above : kNone;
}

uint32_t namespace_holder(const HeapIndex& heap, uint32_t id) {
  const auto holder_of = [&](uint32_t object) {
    const uint32_t holder = object == kNone ? kNone : heap.path_parent(object);
    return holder == object ? kNone : holder;
  };
  const uint32_t holder = holder_of(id);
  return namespace_holder(heap, id, holder, holder_of(holder));
}

Attribute attribute_of(const HeapIndex& heap, const PathStep& step, uint32_t whole) {
  Attribute attribute{whole, {}};
  if (whole == kNone || kind_of(heap, step) != HD_REF_VALUE || step.position == 0) return attribute;
  const Range rows = heap.positions(step.holder);
  if (step.position >= rows.size()) return attribute;
  const uint32_t key = heap.target(rows.begin + step.position - 1);
  const std::optional<Content> content = key == kNone ? std::nullopt : heap.content(key);
  if (content && content->is_text && !content->cut && is_identifier(content->bytes)) {
    attribute.name = content->bytes;
  }
  return attribute;
}

}  // namespace heapdump
