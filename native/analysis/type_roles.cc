#include "analysis/type_roles.h"

#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "heap/category.h"

namespace heapdump {
namespace {

const std::unordered_set<std::string_view> kContainers = {
    "dict",
    "list",
    "tuple",
    "set",
    "frozenset",
    "cell",
    "collections.deque",
    "collections.defaultdict",
    "collections.OrderedDict",
    "mappingproxy",
    "_thread._local",
    "_thread._localdummy",
};

bool runs_code(Category category) {
  return category == Category::kFrame || category == Category::kTask || category == Category::kFunction;
}

std::string_view folder(std::string_view file) {
  const size_t slash = file.rfind('/');
  return slash == file.npos ? std::string_view() : file.substr(0, slash + 1);
}

bool is_installed(std::string_view file) {
  return file.find("/site-packages/") != std::string_view::npos ||
         file.find("/dist-packages/") != std::string_view::npos;
}

}  // namespace

TypeRoles::TypeRoles(const HeapIndex& heap) {
  for (const ModuleRow& module : heap.modules())
    files_.emplace(heap.text(module.name), heap.text(module.file));
  const auto os = files_.find("os");
  if (os != files_.end()) standard_ = folder(os->second);

  const auto is_application = [&](std::string_view module) {
    if (module == "__main__") return true;
    if (module.empty() || module == "builtins") return false;
    const auto at = files_.find(module);
    if (at == files_.end()) return !module.starts_with('_');
    return !at->second.empty() && is_application_file(at->second);
  };
  const Categories categories(heap);
  for (uint32_t row = 0; row < heap.types().size(); ++row) {
    const TypeRow& type = heap.types()[row];
    const std::string_view name = heap.text(type.name);
    const Category category = categories.of_type(row);
    const bool cause = runs_code(category) || name == "traceback" || (type.flags & kExceptionSubclass) != 0;
    roles_.push_back({is_application(heap.text(type.module)), kContainers.contains(name), cause,
                      category == Category::kModule});
  }
}

bool TypeRoles::is_application_file(std::string_view file) const {
  return is_installed(file) || standard_.empty() || !file.starts_with(standard_);
}

bool TypeRoles::is_own_file(std::string_view file) const {
  return is_application_file(file) && !is_installed(file) && !file.starts_with("<frozen ");
}

bool TypeRoles::is_installed_module(std::string_view module) const {
  const auto at = files_.find(module);
  return at != files_.end() && is_installed(at->second);
}

bool TypeRoles::is_extension_module(std::string_view module) const {
  const auto at = files_.find(module);
  return at != files_.end() && at->second.ends_with(".so");
}

bool TypeRoles::is_own_module(std::string_view module) const {
  if (module == "__main__") return true;
  const auto at = files_.find(module);
  return at != files_.end() && !at->second.empty() && is_own_file(at->second);
}

}  // namespace heapdump
