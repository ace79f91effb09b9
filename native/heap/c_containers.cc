#include "heap/c_containers.h"

#include <string_view>

#include "heap/category.h"
#include "heap/closures.h"
#include "heap/namespaces.h"
#include "heap/object_text.h"

namespace heapdump {
namespace {

// Of the mapping in a context (Python/hamt.c) a node is a few dozen words.
constexpr uint64_t kMostOfNode = 64;

bool is_node(std::string_view type) { return type.starts_with("hamt_"); }

bool is_context(std::string_view type) { return type == "Context" || type == "_contextvars.Context"; }

bool is_list_element(const HeapIndex& heap, uint32_t id) {
  return heap.type_name(id) == "functools._lru_list_elem";
}

// A bounded cache has its results in a linked list.
std::string_view kind_of_cache(const HeapIndex& heap, uint32_t function) {
  const uint32_t cache = field_of(heap, function, "cache");
  const Range rows = cache == kNone ? Range{} : heap.positions(cache);
  if (rows.size() < 2) return {};
  const uint32_t result = heap.target(rows.begin + 1);
  return result != kNone && is_list_element(heap, result) ? " with a maxsize" : " maxsize=None";
}

// From CPython 3.9 on the function has `cache_parameters`, a function with the bound in its closure.
std::string bound(const HeapIndex& heap, uint32_t function) {
  const uint32_t names = field_of(heap, function, "__dict__");
  const uint32_t tells = names == kNone ? kNone : heap.namespaces().entry(names, "cache_parameters");
  const uint32_t value = tells == kNone ? kNone : value_of_free_variable(heap, tells, "maxsize");
  if (value == kNone) return std::string(kind_of_cache(heap, function));
  const ObjectText text = object_text(heap, value);
  return text.is_python ? " maxsize=" + text.text : std::string(kind_of_cache(heap, function));
}

}  // namespace

// tp_traverse of a node reports the value before its key, and a node below instead of both.
uint32_t context_variable(const HeapIndex& heap, uint32_t holder, uint64_t position) {
  if (!is_node(heap.type_name(holder))) return kNone;
  const Range rows = heap.positions(holder);
  for (uint64_t at = 0; at < rows.size() && at <= position && at < kMostOfNode;) {
    const uint32_t target = heap.target(rows.begin + at);
    if (target == kNone) return kNone;
    if (is_node(heap.type_name(target))) {
      at++;
      continue;
    }
    if (at == position) return at + 1 < rows.size() ? heap.target(rows.begin + at + 1) : kNone;
    at += 2;
  }
  return kNone;
}

std::optional<std::string> context_step(const HeapIndex& heap, uint32_t holder, uint64_t position,
                                        uint32_t held) {
  if (held == kNone) return std::nullopt;
  const std::string_view type = heap.type_name(holder), held_type = heap.type_name(held);
  if (is_context(type) && held_type == "hamt") return "<variables>";
  if (type == "hamt" && is_node(held_type)) return "";
  if (!is_node(type)) return std::nullopt;
  if (is_node(held_type)) return "";
  const uint32_t variable = context_variable(heap, holder, position);
  if (variable == kNone) return std::nullopt;
  return "[<" + object_text(heap, variable).text + ">]";
}

bool is_lru_cache(const HeapIndex& heap, uint32_t id) {
  return heap.type_name(id) == "functools._lru_cache_wrapper";
}

const std::string& LruCaches::text(uint32_t function) {
  const auto [at, is_new] = texts_.try_emplace(function);
  if (is_new) at->second = "<lru_cache" + bound(heap_, function) + ">";
  return at->second;
}

}  // namespace heapdump
