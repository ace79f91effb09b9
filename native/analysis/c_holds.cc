#include "analysis/c_holds.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analysis/code_parts.h"
#include "heap/path_up.h"
#include "heap/strong_references.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Of a table that C code has of functions and names.
constexpr uint64_t kMostItems = 256;
constexpr int kDeepest = 3;
constexpr uint64_t kMostOfLibraries = 1000;

class Kinds {
 public:
  Kinds(const HeapIndex& heap, const TypeRoles& roles) : heap_(heap), code_(heap, roles), references_(heap) {}

  CHold::Kind of(uint32_t id) const {
    if (is_library(id, 0)) return CHold::Kind::kLibrary;
    return has_other_holder(id) ? CHold::Kind::kShared : CHold::Kind::kAlone;
  }

 private:
  bool is_constant(uint32_t id) const {
    const std::string_view type = heap_.type_name(id);
    return type == "str" || type == "bytes" || type == "int" || type == "float" || type == "NoneType" ||
           type == "bool" || type == "ellipsis";
  }

  bool is_library(uint32_t id, int depth) const {
    if (code_.is_library(id)) return true;
    const std::string_view type = heap_.type_name(id);
    if (depth == kDeepest || (type != "tuple" && type != "list" && type != "dict")) return false;
    const Range rows = heap_.positions(id);
    if (rows.size() > kMostItems) return false;
    uint64_t code = 0;
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const uint32_t item = heap_.target(row);
      if (item == kNone || is_constant(item)) continue;
      if (!is_library(item, depth + 1)) return false;
      code++;
    }
    return code * 2 >= rows.size();
  }

  // One that is alive without it.
  bool has_other_holder(uint32_t id) const {
    bool found = false;
    references_.holders(id, [&](uint32_t source, uint64_t) {
      found = !heap_.is_garbage(source) && !is_dominated(source, id);
      return !found;
    });
    return found;
  }

  bool is_dominated(uint32_t id, uint32_t by) const {
    for (const uint32_t at : heap_.dominators_up(id)) {
      if (at == by) return true;
    }
    return false;
  }

  const HeapIndex& heap_;
  const CodeParts code_;
  const StrongReferences references_;
};

}  // namespace

std::vector<CHold> c_holds(const HeapIndex& heap, const TypeRoles& roles) {
  const Kinds kinds(heap, roles);
  std::vector<CHold> holds;
  for (const RootRow& root : heap.roots()) {
    if (root.kind != HD_ROOT_C) continue;
    const std::string references(heap.text(root.name));  // `3 of 8 references`
    holds.push_back({root.object, std::strtoull(references.c_str(), nullptr, 10), kinds.of(root.object)});
  }
  // What libraries have from their import on is never so much of one type.
  std::unordered_map<uint32_t, uint64_t> counts;
  for (const CHold& hold : holds) counts[heap.type(hold.object)] += hold.kind == CHold::Kind::kLibrary;
  for (CHold& hold : holds) {
    if (hold.kind == CHold::Kind::kLibrary && counts[heap.type(hold.object)] > kMostOfLibraries)
      hold.kind = CHold::Kind::kAlone;
  }
  return holds;
}

}  // namespace heapdump
