#include "analysis/common_references.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "heap/category.h"
#include "heap/label.h"
#include "heap/namespaces.h"
#include "heap/root_path.h"
#include "heap/runs.h"
#include "heap/weak_referent.h"

namespace heapdump {
namespace {

// References of an object that are looked at, and common ones that are told.
constexpr uint64_t kMostPositions = 32;
constexpr size_t kMostTold = 3;
// A path in characters; a longer one says little in a line.
constexpr size_t kLongest = 80;

// A global, or an attribute of one: more says little in a line.
bool is_short(std::string_view path) {
  constexpr std::string_view kModule = "sys.modules[";
  return path.starts_with(kModule) && path.size() <= kLongest &&
         path.find_first_of("[<(", kModule.size()) == path.npos;
}

std::string told(const HeapIndex& heap, const TypeRoles& roles, uint32_t id) {
  if (const uint32_t target = weak_referent(heap, id); target != kNone) id = target;
  if (is_type_object(heap, id)) return {};
  std::string text;
  const bool is_code = heap.type_name(id) == "function" || heap.type_name(id) == "coroutine";
  if (const uint32_t code = is_code ? id : code_of(heap, id); code != kNone) {
    const std::string_view file = code_file(heap, code);
    if (!file.empty() && roles.is_application_file(file)) text = std::string(heap.content(code)->bytes);
  }
  const uint32_t self = heap.type_name(id) == "method" ? field_of(heap, id, "__self__") : id;
  if (self == kNone || !roles.is_application(heap.type(self)) || is_type_object(heap, self)) return text;
  if (!text.empty() && self == id) return text;
  const std::string path = format_path(heap, self);
  if (!is_short(path)) return text;
  return text.empty() ? path : text + " of " + path;
}

using Told = std::map<std::string, std::string>;  // by name

Told references(const HeapIndex& heap, const TypeRoles& roles, uint32_t id) {
  Told all;
  const Range rows = heap.positions(id);
  for (uint64_t position = 0; position < std::min(rows.size(), kMostPositions); ++position) {
    const uint32_t held = heap.target(rows.begin + position);
    const auto label = held == kNone ? std::nullopt : label_of(heap, id, position);
    if (!label) continue;
    if (*label == "__dict__") {
      for (const auto& [name, value] : heap.namespaces().names(held)) {
        if (all.size() > kMostPositions) break;
        all.emplace("." + std::string(name), told(heap, roles, value));
      }
    } else {
      all.emplace("." + *label, told(heap, roles, held));
    }
  }
  return all;
}

}  // namespace

std::vector<CommonReference> common_references(const HeapIndex& heap, const TypeRoles& roles,
                                               const std::vector<uint32_t>& objects) {
  if (objects.size() < 2) return {};
  Told common = references(heap, roles, objects.front());
  std::erase_if(common, [](const auto& entry) { return entry.second.empty(); });
  for (const uint32_t object : objects) {
    if (common.empty()) break;
    const Told own = references(heap, roles, object);
    std::erase_if(common, [&](const auto& entry) {
      const auto at = own.find(entry.first);
      return at == own.end() || at->second != entry.second;
    });
  }
  std::vector<CommonReference> told;
  for (auto& [part, text] : common) {
    if (told.size() < kMostTold) told.push_back({part, text});
  }
  return told;
}

}  // namespace heapdump
