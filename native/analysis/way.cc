#include "analysis/way.h"

#include <algorithm>

#include "heap/category.h"
#include "heap/path_step.h"
#include "heap/python_name.h"
#include "heap/root_path.h"

namespace heapdump {
namespace {

// Members of a group whose names are compared.
constexpr size_t kCompared = 64;

WayStep step_to(const HeapIndex& heap, const TypeRoles& roles, const PathStep& step, uint32_t whole,
                uint32_t held, std::string text) {
  WayStep own{held, std::move(text), format_pattern(heap, step, whole), {}};
  if (!own.open.starts_with('.')) return own;
  const uint32_t type = heap.type(held);
  const uint32_t code = heap.type_name(held) == "function" ? field_of(heap, held, "__code__") : kNone;
  if (code != kNone) {
    own.common = "code " + std::to_string(code);
  } else if (roles.is_application(type) && !roles.is_container(type)) {
    own.common = "type " + std::to_string(type);
  }
  if (!own.common.empty()) own.open = ".*";
  return own;
}

// Whether a few of them have the same beyond their holders.
bool all_have(const HeapIndex& heap, const std::vector<uint32_t>& members, const std::string& text) {
  for (size_t i = 0; i < std::min(members.size(), kCompared); ++i) {
    const uint32_t holder = heap.path_parent(members[i]);
    if (holder == kNone || holder == members[i]) continue;
    const PathStep step = step_between(heap, holder, members[i]);
    if (format_pattern(heap, step, namespace_holder(heap, holder)) != text) return false;
  }
  return true;
}

}  // namespace

std::string_view name_of(const WayStep& step) {
  const std::string_view text = step.text;
  return text.starts_with('.') && is_python_name(text.substr(1)) ? text.substr(1) : std::string_view();
}

bool has_names(const HeapIndex& heap, const TypeRoles& roles, uint32_t dict) {
  const uint32_t owner = dict == kNone ? kNone : namespace_holder(heap, dict);
  return owner != kNone && (roles.is_module(heap.type(owner)) || heap.type_of_object(owner) != kNone);
}

Way way_to(const HeapIndex& heap, const TypeRoles& roles, uint32_t id) {
  Way way;
  const std::vector<uint32_t> ids = path_ids(heap, id);
  std::vector<std::string> parts = format_parts(heap, ids);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (parts[i].empty()) continue;
    if (i == 0) {
      way.push_back({ids[i], parts[i], format_root_pattern(heap, ids[i]), {}});
      continue;
    }
    const uint32_t whole = namespace_holder(heap, ids[i - 1]);
    way.push_back(
        step_to(heap, roles, step_between(heap, ids[i - 1], ids[i]), whole, ids[i], std::move(parts[i])));
  }
  return way;
}

void add_open_step(const HeapIndex& heap, const TypeRoles& roles, uint32_t member,
                   const std::vector<uint32_t>& members, Way& way) {
  const uint32_t holder = heap.path_parent(member);
  if (holder == member || holder == kNone || namespace_holder(heap, member) != kNone) return;
  const PathStep step = step_between(heap, holder, member);
  const uint32_t whole = namespace_holder(heap, holder);
  std::string text = format_pattern(heap, step, whole);
  if (text.empty()) return;
  WayStep own = step_to(heap, roles, step, whole, member, std::move(text));
  if (own.text.starts_with('.') && !all_have(heap, members, own.text)) own.text = own.open = ".*";
  way.push_back(std::move(own));
}

std::string joined(const Way& way, size_t steps) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < steps && i < way.size(); ++i) parts.push_back(way[i].text);
  return joined_path(parts);
}

}  // namespace heapdump
