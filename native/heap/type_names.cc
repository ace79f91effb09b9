#include "heap/type_names.h"

#include <algorithm>

#include "heap/category.h"
#include "heap/namespaces.h"
#include "heap/python_name.h"
#include "protocol.h"
#include "support/glob.h"

namespace heapdump {
namespace {

void add_aliases_of_module(const HeapIndex& heap, const RootRow& module, std::vector<TypeAlias>& aliases) {
  const uint32_t dict = field_of(heap, module.object, "__dict__");
  if (dict == kNone) return;
  for (const auto& [attribute, value] : heap.namespaces().names(dict)) {
    const uint32_t type = heap.type_of_object(value);
    if (type == kNone || !is_python_name(attribute)) continue;
    std::string name = std::string(heap.text(module.name)) + "." + std::string(attribute);
    if (name != heap.text(heap.types()[type].name)) aliases.push_back({value, std::move(name)});
  }
}

std::string_view without_underscores(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of('_'), name.size()));
  return name;
}

bool is_named(const HeapIndex& heap, const TypeRow& type, std::string_view pattern) {
  const std::string_view name = heap.text(type.name), module = heap.text(type.module);
  if (matches_glob(pattern, name)) return true;
  if (matches_glob(without_underscores(pattern), without_underscores(name))) return true;
  if (module == "builtins") return matches_glob(pattern, "builtins." + std::string(name));
  const std::string_view own = name_in_module(heap, type);
  return own.size() < name.size() && matches_glob(pattern, own);
}

}  // namespace

std::string_view name_in_module(const HeapIndex& heap, const TypeRow& type) {
  const std::string_view name = heap.text(type.name), module = heap.text(type.module);
  const bool has_module =
      name.size() > module.size() && name.starts_with(module) && name[module.size()] == '.';
  return has_module ? name.substr(module.size() + 1) : name;
}

std::vector<TypeAlias> type_aliases(const HeapIndex& heap) {
  std::vector<TypeAlias> aliases;
  for (const RootRow& root : heap.roots()) {
    if (root.kind == HD_ROOT_MODULE) add_aliases_of_module(heap, root, aliases);
  }
  std::ranges::sort(aliases, {}, &TypeAlias::name);
  return aliases;
}

std::vector<uint32_t> types_named(const HeapIndex& heap, std::string_view pattern) {
  std::vector<uint32_t> found;
  for (uint32_t row = 0; row < heap.types().size(); ++row) {
    const TypeRow& type = heap.types()[row];
    if ((type.address != 0 || type.count != 0) && is_named(heap, type, pattern)) found.push_back(row);
  }
  return found;
}

std::vector<uint32_t> types_with_alias(const HeapIndex& heap, std::string_view pattern) {
  std::vector<uint32_t> found;
  for (const TypeAlias& alias : type_aliases(heap)) {
    if (matches_glob(pattern, alias.name)) found.push_back(heap.type_of_object(alias.type));
  }
  std::ranges::sort(found);
  const auto again = std::ranges::unique(found);
  found.erase(again.begin(), again.end());
  return found;
}

}  // namespace heapdump
