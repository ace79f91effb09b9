#include "heap/object_text.h"

#include <algorithm>
#include <string_view>

#include "heap/category.h"
#include "heap/label.h"
#include "heap/namespaces.h"
#include "heap/python_name.h"

namespace heapdump {
namespace {

constexpr std::string_view kLiterals[] = {"bytes", "int", "bool", "float", "complex", "NoneType"};

// Of tuples in tuples, and of their items.
constexpr int kMaxDepth = 3;
constexpr uint64_t kMaxItems = 16;

ObjectText text_of(const HeapIndex& heap, uint32_t id, int depth);

ObjectText tuple_text(const HeapIndex& heap, uint32_t id, int depth) {
  const Range rows = heap.positions(id);
  if (depth == kMaxDepth || rows.size() > kMaxItems) return {"tuple", false};
  std::string text = "(";
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const uint32_t target = heap.target(row);
    const ObjectText item = target == kNone ? ObjectText{} : text_of(heap, target, depth + 1);
    if (!item.is_python) return {"tuple", false};
    (text += row == rows.begin ? "" : ", ") += item.text;
  }
  return {text + (rows.size() == 1 ? ",)" : ")"), true};
}

std::string variable_text(const HeapIndex& heap, uint32_t id) {
  const uint32_t name = field_of(heap, id, "name");
  const auto text = name == kNone ? std::nullopt : whole_str(heap, name);
  if (!text) return "ContextVar";
  return "ContextVar " + (is_python_name(*text) ? std::string(*text) : repr(*text, false));
}

ObjectText text_of(const HeapIndex& heap, uint32_t id, int depth) {
  const std::string type(heap.type_name(id));
  if (type == "tuple") return tuple_text(heap, id, depth);
  const std::optional<Content> content = heap.content(id);
  if (!content)
    return {type == "ContextVar" || type == "_contextvars.ContextVar" ? variable_text(heap, id) : type,
            false};
  if (content->is_text) return {repr(content->bytes, content->cut), whole_str(heap, id).has_value()};
  const std::string text(content->bytes);
  if (std::ranges::find(kLiterals, type) != std::end(kLiterals)) {
    // nan and inf are not names of Python.
    const bool has_name =
        type != "bytes" && type != "bool" && type != "NoneType" && text.find('n') != text.npos;
    return {text + (content->cut ? "…" : ""), !content->cut && !has_name};
  }
  if (is_type_object(heap, id)) return {"class " + text, false};
  if (type == "function" || type == "module") return {type + " " + text.substr(0, text.find(' ')), false};
  return {type, false};
}

}  // namespace

ObjectText object_text(const HeapIndex& heap, uint32_t id) { return text_of(heap, id, 0); }

}  // namespace heapdump
