#include "heap/path_step.h"

#include <algorithm>
#include <optional>

#include "heap/c_containers.h"
#include "heap/key_text.h"
#include "heap/label.h"
#include "heap/namespaces.h"
#include "heap/python_access.h"
#include "heap/python_name.h"
#include "heap/thread_locals.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Kinds that say more come first. An OrderedDict written in C has its keys a second time, without a name.
int kind_rank(uint8_t kind) {
  switch (kind) {
    case HD_REF_OTHER:
      return 2;
    case HD_REF_KEY:
      return 1;
    default:
      return 0;
  }
}

enum class Open : bool { kNo, kKeys };  // whether keys, indexes and elements are left open

// A name as it stands in `<field name>`.
std::string shown_name(const std::optional<std::string>& name) {
  if (!name) return "?";
  return is_python_name(*name) ? *name : repr(*name, false);
}

std::string not_python(const char* what, const std::optional<std::string>& name) {
  return std::string("<") + what + " " + shown_name(name) + ">";
}

// Whether a slot of a subclass has the same name.
bool is_hidden(const HeapIndex& heap, const PathStep& step, const std::string& name) {
  const ShapeRow& shape = heap.shape(step.holder);
  for (uint64_t i = 0; i < step.position && i < shape.named; ++i) {
    if (heap.text(heap.fields()[shape.first_field + i].label) == name) return true;
  }
  return false;
}

// kNone for what a damaged index leads to.
uint32_t target_at(const HeapIndex& heap, uint32_t holder, uint64_t position) {
  const Range rows = heap.positions(holder);
  return position < rows.size() ? heap.target(rows.begin + position) : kNone;
}

uint32_t key_of(const HeapIndex& heap, const PathStep& step) {
  if (step.position == 0 || heap.kind(step.holder, step.position - 1) != HD_REF_KEY) return kNone;
  return target_at(heap, step.holder, step.position - 1);
}

std::string format_value(const HeapIndex& heap, const PathStep& step) {
  const uint32_t key = key_of(heap, step);
  if (key == kNone) return "[?]";
  const auto [text, is_python] = key_text(heap, key);
  return is_python && gives_values(heap, step.holder) ? "[" + text + "]" : "[<" + text + ">]";
}

// `x<key (1, 2)>[0]` and `x<key -1>[0]` would be comparisons.
std::string format_element(const HeapIndex& heap, const char* what, uint32_t held) {
  std::string text = held == kNone ? "?" : key_text(heap, held).text;
  if (text.starts_with('(') || text.starts_with('-')) text = std::string(heap.type_name(held)) + " " + text;
  return std::string("<") + what + " " + text + ">";
}

std::string format_item(const HeapIndex& heap, const PathStep& step, const std::string& index) {
  const bool gives = gives_item(heap, step.holder, std::stoull(index));
  return gives ? "[" + index + "]" : "[<" + index + ">]";
}

std::string format_own(const HeapIndex& heap, uint32_t whole, const std::string& name, uint32_t held) {
  if (gives_attribute(heap, whole, name, held)) return "." + name;
  return gives_namespace(heap, whole) ? ".__dict__[" + repr(name, false) + "]"
                                      : not_python("attribute", name);
}

// Of a generator or coroutine that holds its locals without a frame object, the attribute that gives one.
const char* frame_attribute(std::string_view type) {
  if (type == "frame") return "";
  if (type == "generator") return ".gi_frame";
  if (type == "coroutine") return ".cr_frame";
  return type == "async_generator" ? ".ag_frame" : nullptr;
}

// A label of a suspended greenlet's, for a frame of its stack or what that holds by itself.
struct StackLabel {
  std::string_view frame;  // `gr_frame`, `gr_frame.f_back`, …; empty: it is none
  std::string_view rest;   // behind that and a dot
};

StackLabel stack_label(std::string_view label, bool is_local) {
  constexpr std::string_view kTop = "gr_frame", kOuter = ".f_back";
  if (!label.starts_with(kTop)) return {};
  const auto ends_name = [&](size_t at) { return at == label.size() ? !is_local : label[at] == '.'; };
  size_t end = kTop.size();
  while (label.substr(end).starts_with(kOuter) && ends_name(end + kOuter.size())) end += kOuter.size();
  if (!ends_name(end)) return {};
  return {label.substr(0, end), label.substr(std::min(end + 1, label.size()))};
}

// Of a frame of its stack.
std::optional<std::string> format_stack(const HeapIndex& heap, const PathStep& step, std::string_view label,
                                        uint32_t held) {
  const auto [frame, rest] = stack_label(label, false);
  if (frame.empty() || !gives_field(heap, step.holder, "gr_frame", held)) return std::nullopt;
  if (rest.empty()) return "." + std::string(frame);
  const std::string field = rest == "f_code" ? ".f_code" : not_python("field", std::string(rest));
  return "." + std::string(frame) + field;
}

std::string format_frame_local(const HeapIndex& heap, const PathStep& step) {
  const std::string local = format_local(heap, step);
  if (const auto label = label_of(heap, step.holder, step.position)) {
    const auto [frame, rest] = stack_label(*label, true);
    if (!frame.empty()) return "." + std::string(frame) + local;
  }
  if (local[0] == '<') return local;
  const char* frame = frame_attribute(heap.type_name(step.holder));
  return frame != nullptr ? frame + local : not_python("local", label_of(heap, step.holder, step.position));
}

// Of a function with functools.lru_cache; a bounded one reports what is in its list as its own.
std::optional<std::string> format_cached(const HeapIndex& heap, const PathStep& step, uint8_t kind,
                                         uint32_t held, Open open) {
  if (!is_lru_cache(heap, step.holder) || held == kNone) return std::nullopt;
  if (kind == HD_REF_FIELD && label_of(heap, step.holder, step.position) != "cache") return std::nullopt;
  const std::string& cache = heap.lru_caches().text(step.holder);
  if (kind == HD_REF_FIELD) return cache;
  return cache + (open == Open::kKeys ? "<element *>" : format_element(heap, "element", held));
}

std::string format(const HeapIndex& heap, const PathStep& step, Open open) {
  if (step.is_type) return gives_type(heap, step.holder) ? ".__class__" : "<its type>";
  const uint8_t kind = kind_of(heap, step);
  const bool keys_open = open == Open::kKeys;
  if (kind == HD_REF_VALUE) return keys_open ? "[*]" : format_value(heap, step);
  const std::optional<std::string> name = label_of(heap, step.holder, step.position);
  const uint32_t held = target_at(heap, step.holder, step.position);
  if (kind == HD_REF_FIELD || kind == HD_REF_OTHER) {
    if (auto context = context_step(heap, step.holder, step.position, held)) return *context;
    if (auto cached = format_cached(heap, step, kind, held, open)) return *cached;
  }
  const auto gives = [&](const std::optional<std::string>& field) {
    return field && !is_hidden(heap, step, *field) && gives_field(heap, step.holder, *field, held);
  };
  switch (kind) {
    case HD_REF_ITEM:
      if (name) return keys_open ? "[*]" : format_item(heap, step, *name);
      return keys_open ? "<element *>" : format_element(heap, "element", held);
    case HD_REF_KEY:
      return keys_open ? "<key *>" : format_element(heap, "key", held);
    case HD_REF_ATTRIBUTE:
      return name ? format_own(heap, step.holder, *name, held) : not_python("attribute", name);
    case HD_REF_SLOT:
      return gives(name) ? "." + *name : not_python("slot", name);
    case HD_REF_CELL:
      return name.value_or("cell_contents") == "cell_contents" ? ".cell_contents" : not_python("cell", name);
    case HD_REF_LOCAL:
      return format_frame_local(heap, step);
    case HD_REF_FIELD:
      if (name) {
        if (const auto stack = format_stack(heap, step, *name, held)) return *stack;
      }
      return gives(name) ? "." + *name : not_python("field", name);
    case HD_REF_WEAK:
      return "<weak reference>";
    default:
      return not_python("reference", name);
  }
}

// The key of an entry of a namespace, if it is a str that the dump has whole.
std::optional<std::string> entry_name(const HeapIndex& heap, const PathStep& step) {
  if (step.is_type || kind_of(heap, step) != HD_REF_VALUE) return std::nullopt;
  const uint32_t key = key_of(heap, step);
  const auto name = key == kNone ? std::nullopt : whole_str(heap, key);
  return name ? std::optional<std::string>(*name) : std::nullopt;
}

std::string format_entry(const HeapIndex& heap, const PathStep& step, uint32_t whole, Open open) {
  if (whole == kNone) return format(heap, step, open);
  const std::optional<std::string> name = entry_name(heap, step);
  // Another thread finds other attributes there.
  if (is_thread_local(heap, whole)) {
    const auto thread = open == Open::kKeys ? std::string_view() : thread_of(heap, whole, step.holder);
    return thread.empty() ? not_python("thread-local", name)
                          : "<thread-local " + shown_name(name) + " of " + std::string(thread) + ">";
  }
  const bool is_name = name && is_python_name(*name);
  if (is_name || (name && open == Open::kNo)) {
    return format_own(heap, whole, *name, target_at(heap, step.holder, step.position));
  }
  return (gives_namespace(heap, whole) ? ".__dict__" : "<field __dict__>") + format(heap, step, open);
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

std::string format_local(const HeapIndex& heap, const PathStep& step) {
  std::optional<std::string> name = label_of(heap, step.holder, step.position);
  if (name) {
    if (const auto [frame, rest] = stack_label(*name, true); !frame.empty()) name = std::string(rest);
  }
  const uint32_t held = target_at(heap, step.holder, step.position);
  // Python gives what is in the cell, and not the cell.
  if (held != kNone && heap.type_name(held) == "cell") return not_python("cell", name);
  return name ? ".f_locals[" + repr(*name, false) + "]" : not_python("local", name);
}

std::string format_step(const HeapIndex& heap, const PathStep& step) { return format(heap, step, Open::kNo); }

std::string format_pattern(const HeapIndex& heap, const PathStep& step) {
  return format(heap, step, Open::kKeys);
}

std::string format_step(const HeapIndex& heap, const PathStep& step, uint32_t whole) {
  return format_entry(heap, step, whole, Open::kNo);
}

std::string format_pattern(const HeapIndex& heap, const PathStep& step, uint32_t whole) {
  return format_entry(heap, step, whole, Open::kKeys);
}

uint32_t namespace_holder(const HeapIndex& heap, uint32_t id, uint32_t holder, uint32_t above) {
  if (holder == kNone || heap.type_name(id) != "dict") return kNone;
  const PathStep step = step_between(heap, holder, id);
  if (!step.is_type && label_of(heap, holder, step.position) == "__dict__") return holder;
  const bool of_thread = above != kNone && is_thread_local(heap, above) && heap.type_name(holder) == "dict";
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

std::string attribute_name(const HeapIndex& heap, const PathStep& step) {
  const std::optional<std::string> name = entry_name(heap, step);
  return name && is_python_name(*name) ? *name : std::string();
}

}  // namespace heapdump
