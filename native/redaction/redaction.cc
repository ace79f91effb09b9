#include "redaction/redaction.h"

#include <algorithm>

#include "heap/category.h"
#include "protocol.h"
#include "support/error.h"

namespace heapdump {
namespace {

// By row of types().
std::vector<bool> types_that_begin(const HeapIndex& heap, const std::vector<std::string>& prefixes) {
  std::vector<bool> chosen(heap.types().size());
  for (const std::string& prefix : prefixes) {
    bool found = false;
    for (size_t row = 0; row < chosen.size(); ++row) {
      if (!heap.text(heap.types()[row].name).starts_with(prefix)) continue;
      chosen[row] = found = true;
    }
    if (!found) throw Error(ExitCode::kUsage, "the dump has no type whose name begins with " + prefix);
  }
  return chosen;
}

// Marks the objects that `id` refers to in that way.
void mark(const HeapIndex& heap, uint32_t id, hd_reference_kind kind, std::vector<bool>& found) {
  const Range rows = heap.positions(id);
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const uint32_t target = heap.target(row);
    if (target != kNone && heap.kind(id, row - rows.begin) == kind) found[target] = true;
  }
}

// As payload/walk/contents.c tells it.
bool could_be_identifier(const HeapIndex& heap, uint32_t id) {
  const std::optional<Content> content = heap.content(id);
  if (!content) return true;
  const auto is_between = [](unsigned char c, char first, char last) { return c >= first && c <= last; };
  const auto is_letter = [&](unsigned char c) {
    return is_between(c, 'a', 'z') || is_between(c, 'A', 'Z') || c == '_' || c >= 0x80;
  };
  const std::string_view text = content->bytes;
  if (!text.empty() && !is_letter(static_cast<unsigned char>(text.front()))) return false;
  return std::ranges::all_of(text, [&](unsigned char c) { return is_letter(c) || is_between(c, '0', '9'); });
}

}  // namespace

Redaction::Redaction(const HeapIndex& heap, const RedactionRules& rules)
    : heap_(heap), all_(rules.types.empty() && !rules.keys), removed_(heap.objects()) {
  const std::vector<bool> of_types = types_that_begin(heap, rules.types);
  const std::vector<bool> is_name = names(), is_key = rules.keys ? keys() : std::vector<bool>(heap.objects());
  for (uint32_t id = 0; id < heap.objects(); ++id) {
    removed_[id] =
        is_name[id] ? rules.names || of_types[heap.type(id)] : all_ || is_key[id] || of_types[heap.type(id)];
  }
  for (const MappingRow& mapping : heap.mappings()) {
    if (mapping.flags & HD_MAPPING_EXECUTABLE) libraries_.emplace(heap.text(mapping.path));
  }
}

bool Redaction::removes_content(uint64_t address) const {
  const uint32_t id = heap_.find(address);
  // Of an object that the index left out it is not known whether it is a name.
  return id == kNone || removed_[id];
}

bool Redaction::keeps_path(std::string_view path) const {
  return !all_ || !path.starts_with('/') || libraries_.contains(path);
}

// What a dump of the level `names` shows: what code is called, and the keys of the `__dict__`s of modules,
// classes and instances. payload/walk/names.c chooses the same in the process.
std::vector<bool> Redaction::names() const {
  std::vector<bool> strs(heap_.objects()), found(heap_.objects());
  const Categories categories(heap_);
  for (uint32_t id = 0; id < heap_.objects(); ++id) {
    const uint32_t dict = field_of(heap_, id, "__dict__");
    // Of a dict that is its own __dict__ the keys are data.
    if (dict != kNone && dict != id) mark(heap_, dict, HD_REF_KEY, strs);
    // The names of attributes that lie in its instances have no name of their own in a class.
    if (categories[id] == Category::kType) mark(heap_, id, HD_REF_OTHER, strs);
  }
  for (uint32_t id = 0; id < heap_.objects(); ++id) {
    const Category category = categories[id];
    const std::string_view type = heap_.type_name(id);
    found[id] = category == Category::kModule || category == Category::kType ||
                category == Category::kFunction || category == Category::kFrame || type == "code" ||
                type == "NoneType" || (strs[id] && type == "str" && could_be_identifier(heap_, id));
  }
  return found;
}

std::vector<bool> Redaction::keys() const {
  std::vector<bool> found(heap_.objects());
  for (uint32_t id = 0; id < heap_.objects(); ++id) mark(heap_, id, HD_REF_KEY, found);
  return found;
}

}  // namespace heapdump
