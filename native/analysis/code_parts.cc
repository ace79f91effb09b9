#include "analysis/code_parts.h"

#include <string_view>
#include <unordered_set>

#include "heap/category.h"
#include "heap/namespaces.h"
#include "heap/root_path.h"
#include "heap/runs.h"
#include "protocol.h"

namespace heapdump {
namespace {

const std::unordered_set<std::string_view> kCodeTypes = {
    "code",
    "function",
    "builtin_function_or_method",
    "cython_function_or_method",
    "classmethod",
    "staticmethod",
    "property",
    "cell",
    "method_descriptor",
    "classmethod_descriptor",
    "wrapper_descriptor",
    "getset_descriptor",
    "member_descriptor",
    "module",
    "_frozen_importlib.ModuleSpec",
    "_frozen_importlib_external.SourceFileLoader",
    "_frozen_importlib_external.ExtensionFileLoader",
    "_frozen_importlib_external.NamespaceLoader",
    "_frozen_importlib_external.FileFinder",
    "_frozen_importlib_external.PathFinder",
    "importlib._bootstrap.ModuleSpec",
};

// Tuples in tuples that are looked into, and holders of one object: more than code has.
constexpr int kDeepest = 3;
constexpr uint64_t kMostHolders = 4096;

}  // namespace

CodeParts::CodeParts(const HeapIndex& heap, const TypeRoles& roles) : heap_(heap), roles_(roles) {
  for (const TypeRow& type : heap.types()) {
    code_.push_back(kCodeTypes.contains(heap.text(type.name)) || (type.flags & kTypeSubclass) != 0);
  }
}

bool CodeParts::is_library(uint32_t id) const {
  if (!is_code_type(heap_.type(id))) return false;
  if (const uint32_t own = heap_.type_of_object(id); own != kNone)
    return !roles_.is_own_module(heap_.text(heap_.types()[own].module));
  const std::string_view type = heap_.type_name(id);
  const auto content = heap_.content(id);
  if (type == "module") return content && !content->cut && !roles_.is_own_module(content->bytes);
  if (type == "function" || type == "code")
    return content && !content->cut && !roles_.is_own_file(code_file(heap_, id));
  const Range rows = heap_.positions(id);
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const uint32_t held = heap_.target(row);
    if (held != kNone && heap_.type_name(held) == "function" && !is_library(held)) return false;
  }
  return true;
}

bool CodeParts::is_part(uint32_t id) { return is_part(id, 0); }

bool CodeParts::is_part(uint32_t id, int depth) {
  const Range rows = heap_.referrers(id);
  if (rows.size() > kMostHolders) return false;
  if (rows.size() == 0) return root_kind(heap_, id) == HD_ROOT_INTERPRETER;
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const auto [source, position] = heap_.referrer(row);
    if (source == kNone || heap_.is_garbage(source)) continue;
    if (is_code_type(heap_.type(source)) || heap_.kind(source, position) == HD_REF_WEAK) continue;
    const std::string_view type = heap_.type_name(source);
    const bool is_tuple = type == "tuple" || type == "frozenset";
    if (!is_tuple && type != "dict") return false;
    // A tuple that is in itself is of no code.
    const auto [at, is_new] = tuples_.try_emplace(source, false);
    bool& is_of_code = at->second;  // stays where it is, however many more there are
    if (is_new) is_of_code = is_tuple ? depth < kDeepest && is_part(source, depth + 1) : is_code_dict(source);
    if (!is_of_code || (type == "dict" && !is_name(source, position))) return false;
  }
  return true;
}

// The attributes of code, of a class or a module, or what a function is annotated with.
bool CodeParts::is_code_dict(uint32_t dict) const {
  const uint32_t holder = heap_.is_garbage(dict) ? kNone : heap_.path_parent(dict);
  return holder != kNone && holder != dict && is_code_type(heap_.type(holder));
}

// A name, or what stands under `__doc__`, `__module__` and the like. Under other names is what a program put
// there.
bool CodeParts::is_name(uint32_t dict, uint64_t position) const {
  if (heap_.kind(dict, position) == HD_REF_KEY) return true;
  const Range rows = heap_.positions(dict);
  const uint32_t key = position == 0 ? kNone : heap_.target(rows.begin + position - 1);
  const auto name = key == kNone ? std::nullopt : whole_str(heap_, key);
  return is_import_machinery(dict) || (name && name->starts_with("__"));
}

// What the import system keeps of a module.
bool CodeParts::is_import_machinery(uint32_t dict) const {
  return heap_.type_name(heap_.path_parent(dict)).starts_with("_frozen_importlib");
}

}  // namespace heapdump
