#include "analysis/code_parts.h"

#include <algorithm>
#include <string>

#include "heap/category.h"
#include "heap/namespaces.h"
#include "heap/root_path.h"
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

// What a module or a class has under a name is a part of code if it is such; a container may be anything.
const std::unordered_set<std::string_view> kConstants = {"str",     "bytes", "int",      "float",
                                                         "complex", "tuple", "frozenset"};

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
  const auto content = heap_.content(id);
  const std::string_view type = heap_.type_name(id);
  if ((type == "function" || type == "code") && content) {
    const std::string_view file =
        content->bytes.substr(std::min(content->bytes.find(' ') + 1, content->bytes.size()));
    return !roles_.is_own_file(file);
  }
  return true;
}

bool CodeParts::is_part(uint32_t id) { return is_part(id, 0); }

bool CodeParts::is_part(uint32_t id, int depth) {
  const Range rows = heap_.referrers(id);
  if (rows.size() > kMostHolders) return false;
  const bool is_constant = kConstants.contains(heap_.type_name(id));
  if (rows.size() == 0) return root_kind(heap_, id) == HD_ROOT_INTERPRETER;
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const auto [source, position] = heap_.referrer(row);
    if (source == kNone || heap_.is_garbage(source)) continue;
    if (is_code_type(heap_.type(source)) || heap_.kind(source, position) == HD_REF_WEAK) continue;
    const std::string_view type = heap_.type_name(source);
    const bool is_tuple = type == "tuple" || type == "frozenset";
    if (!is_tuple && type != "dict") return false;
    const auto at = tuples_.find(source);
    if (at == tuples_.end()) {
      // A tuple that is in itself is of no code.
      tuples_[source] = false;
      tuples_[source] = is_tuple ? depth < kDeepest && is_part(source, depth + 1) : is_code_dict(source);
    }
    if (!tuples_[source] || (type == "dict" && !is_constant && is_namespace(source))) return false;
  }
  return true;
}

// The attributes of code, of a class or a module, or what a function is annotated with.
bool CodeParts::is_code_dict(uint32_t dict) const {
  const uint32_t holder = heap_.is_garbage(dict) ? kNone : heap_.path_parent(dict);
  return holder != kNone && holder != dict && is_code_type(heap_.type(holder));
}

bool CodeParts::is_namespace(uint32_t dict) const {
  const uint32_t holder = heap_.path_parent(dict);
  return roles_.is_module(heap_.type(holder)) || heap_.type_of_object(holder) != kNone;
}

}  // namespace heapdump
