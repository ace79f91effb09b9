#include "index/module_names.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace heapdump {
namespace {

// References of an object in which it may name its module.
constexpr uint64_t kMostLooked = 64;

struct Timed {
  uint64_t time;
  NamesOfModule names;
};

bool is_submodule(std::string_view name, std::string_view package) {
  return name.size() > package.size() + 1 && name.starts_with(package) && name[package.size()] == '.' &&
         name.find('.', package.size() + 1) == std::string_view::npos;
}

bool refers_to(const HoldGraph& graph, uint32_t object, uint32_t one, uint32_t other) {
  const uint64_t first = graph.first_row(object), end = std::min(graph.end_row(object), first + kMostLooked);
  for (uint64_t row = first; row < end; ++row) {
    const uint32_t target = graph.target(object, row);
    if (target != kNone && (target == one || target == other)) return true;
  }
  return false;
}

}  // namespace

std::vector<NamesOfModule> names_in_order(const HoldGraph& graph, const Tables& tables) {
  // Time 2 n is when the nth module was complete, and before that is when others still had what it imports.
  std::unordered_map<uint32_t, std::pair<uint64_t, std::string_view>> complete;
  uint64_t last = 0;
  for (const ModuleRow& module : tables.modules()) {
    if (module.object == kNone) continue;
    const std::string_view name = tables.text(module.name);
    last += 2;
    complete.try_emplace(module.object, name == "__main__" ? UINT64_MAX : last, name);
  }
  std::vector<Timed> parts;
  for (const auto& [module, known] : complete) {
    const auto& [own_time, name] = known;
    const uint32_t dict = graph.names_of(module);
    if (dict == kNone) continue;
    const uint64_t first = graph.first_row(dict);
    uint64_t time = own_time, end = graph.end_row(dict);
    for (uint64_t row = end; row-- > first;) {
      const auto held = complete.find(graph.target(dict, row));
      if (held == complete.end() || held->second.first >= time || !is_submodule(held->second.second, name))
        continue;
      parts.push_back({time, {module, dict, row, end}});
      time = held->second.first - 1;
      end = row;
    }
    parts.push_back({time, {module, dict, first, end}});
  }
  std::ranges::sort(parts, {}, [](const Timed& part) { return std::pair(part.time, part.names.module); });
  std::vector<NamesOfModule> names;
  for (const Timed& part : parts) names.push_back(part.names);
  return names;
}

bool is_defined_in(const HoldGraph& graph, uint32_t object, const NamesOfModule& names) {
  // The entry of `__name__` is the first that a module gets.
  const uint64_t value = graph.first_row(names.dict) + 1;
  const uint32_t name = value < graph.end_row(names.dict) ? graph.target(names.dict, value) : kNone;
  if (refers_to(graph, object, names.dict, name)) return true;
  const uint32_t own = graph.names_of(object);
  return own != kNone && refers_to(graph, own, name, name);
}

}  // namespace heapdump
