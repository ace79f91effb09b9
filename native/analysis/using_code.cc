#include "analysis/using_code.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "heap/c_containers.h"
#include "heap/category.h"
#include "heap/namespaces.h"
#include "heap/path_step.h"
#include "heap/root_path.h"
#include "heap/runs.h"
#include "heap/type_names.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Functions that are named.
constexpr size_t kMost = 4;
// The same if they do not name the container itself, but what it is in.
constexpr size_t kMostOfEarlier = 2;
// Code within code (comprehensions, functions in functions) that is gone into.
constexpr int kDeepest = 4;
// What it counts that code has the last name of a path, which says most, an earlier one, and that it is code
// of what has that name.
constexpr int kLast = 100;
constexpr int kEarlier = 2;
constexpr int kOwn = 2;
constexpr int kOwnLast = 40;
// And that it has the name of the type that gathers: it may make them.
constexpr int kType = 20;
// A function that makes the container, and no more.
constexpr std::string_view kMaker = "__init__";

// The context variable whose value an object is, or is below; kNone if there is none.
uint32_t variable_on_path(const HeapIndex& heap, uint32_t id) {
  const std::vector<uint32_t> ids = path_ids(heap, id);
  for (size_t i = 1; i < ids.size(); ++i) {
    if (!heap.type_name(ids[i - 1]).starts_with("hamt_")) continue;
    const PathStep step = step_between(heap, ids[i - 1], ids[i]);
    if (step.is_type) continue;
    if (const uint32_t variable = context_variable(heap, step.holder, step.position); variable != kNone)
      return variable;
  }
  return kNone;
}

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

uint32_t globals_of_module(const HeapIndex& heap, std::string_view name) {
  const uint32_t module = heap.namespaces().module(name);
  return module == kNone ? kNone : field_of(heap, module, "__dict__");
}

}  // namespace

// The names on the way to where it gathers, and of what; of what gathers in a module or a class, its own.
std::vector<UsingCode::Name> UsingCode::names_to(const Suspect& suspect) const {
  const uint32_t variable = variable_on_path(heap_, suspect.example);
  if (variable != kNone && !heap_.is_garbage(variable)) {
    const Way way = way_to(heap_, roles_, variable);
    return names_on(way, way.size());
  }
  return names_on(suspect.way, suspect.gathers + 1);
}

std::vector<UsingCode::Name> UsingCode::names_on(const Way& way, size_t steps) {
  std::vector<Name> names;
  for (size_t i = 1; i < std::min(way.size(), steps); ++i) {
    if (const std::string_view name = name_of(way[i]); !name.empty())
      names.push_back({name, way[i - 1].object});
  }
  return names;
}

UsingCode::UsingCode(const HeapIndex& heap, const TypeRoles& roles, std::span<const Suspect> suspects)
    : heap_(heap), roles_(roles) {
  for (const Suspect& suspect : suspects) {
    for (const Name& name : names_to(suspect)) naming_.try_emplace(std::string(name.text));
    naming_.try_emplace(std::string(last_part(heap.text(heap.types()[suspect.type].name))));
  }
  if (naming_.empty()) return;
  for (uint32_t type = 0; type < heap.types().size(); ++type) {
    if (heap.text(heap.types()[type].name) != "function") continue;
    const Range ranks = heap.instances(type);
    for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
      const uint32_t id = heap.by_type(rank);
      if (id == kNone || heap.is_garbage(id)) continue;
      if (const uint32_t code = field_of(heap, id, "__code__"); code != kNone) find_names(id, code, 0);
    }
  }
}

void UsingCode::find_names(uint32_t function, uint32_t code, int depth) {
  const uint32_t names = field_of(heap_, code, "co_names");
  const Range rows = names == kNone ? Range{} : heap_.positions(names);
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const uint32_t id = heap_.target(row);
    const auto text = id == kNone ? std::nullopt : whole_str(heap_, id);
    const auto at = text ? naming_.find(std::string(*text)) : naming_.end();
    if (at != naming_.end()) at->second.insert(function);
  }
  const uint32_t constants = depth == kDeepest ? kNone : field_of(heap_, code, "co_consts");
  const Range inner = constants == kNone ? Range{} : heap_.positions(constants);
  for (uint64_t row = inner.begin; row < inner.end; ++row) {
    const uint32_t id = heap_.target(row);
    if (id != kNone && heap_.type_name(id) == "code") find_names(function, id, depth + 1);
  }
}

// Whether it is a function of that module, or of that class, the object's class or one above it.
bool UsingCode::belongs_to(uint32_t function, uint32_t holder) const {
  const uint32_t globals = field_of(heap_, function, "__globals__");
  if (globals == kNone) return false;
  if (heap_.type_name(holder) == "module") return globals == field_of(heap_, holder, "__dict__");
  const std::string name = qualified_name(heap_, function);
  const auto is_method_of = [&](uint32_t type) {
    return globals_of_module(heap_, heap_.text(heap_.types()[type].module)) == globals &&
           name.starts_with(std::string(name_in_module(heap_, heap_.types()[type])) + ".");
  };
  const uint32_t own = heap_.type_of_object(holder);
  const uint32_t type = own == kNone ? heap_.type(holder) : own;
  if (is_method_of(type)) return true;
  const Range bases = bases_of(heap_, heap_.types()[type].object);
  for (uint64_t row = bases.begin; row < bases.end; ++row) {
    const uint32_t base = heap_.target(row);
    const uint32_t base_type = base == kNone ? kNone : heap_.type_of_object(base);
    if (base_type != kNone && is_method_of(base_type)) return true;
  }
  return false;
}

// Whether it is of the module that defines the class of the object: it may have that in a variable.
bool UsingCode::is_beside(uint32_t function, uint32_t holder) const {
  const std::string_view module = heap_.text(heap_.types()[heap_.type(holder)].module);
  const uint32_t globals = field_of(heap_, function, "__globals__");
  return globals != kNone && roles_.is_application(heap_.type(holder)) &&
         globals_of_module(heap_, module) == globals;
}

// How much it has to do with that path; 0 for nothing.
int UsingCode::score(uint32_t function, const std::vector<Name>& names, std::string_view type_name) const {
  int score = 0;
  bool belongs = false;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!naming_.at(std::string(names[i].text)).contains(function)) continue;
    const bool own = belongs_to(function, names[i].holder);
    const bool last = i + 1 == names.size();
    belongs = belongs || (last && is_beside(function, names[i].holder));
    score += (last ? kLast : kEarlier) + (own ? (last ? kOwnLast : kOwn) : 0);
    belongs = belongs || own;
  }
  // Attributes of other objects may have the same names; all of the path's are no accident.
  if (!belongs && score < kLast + kEarlier) return 0;
  const std::string name = qualified_name(heap_, function);
  if (last_part(name) == kMaker) return 1;
  return naming_.at(std::string(type_name)).contains(function) ? score + kType : score;
}

std::vector<std::string> UsingCode::of(const Suspect& suspect) const {
  const std::vector<Name> names = names_to(suspect);
  const std::string_view type_name = last_part(heap_.text(heap_.types()[suspect.type].name));
  std::unordered_set<uint32_t> candidates;
  for (const Name& name : names) {
    const Functions& naming = naming_.at(std::string(name.text));
    candidates.insert(naming.begin(), naming.end());
  }
  std::vector<std::pair<int, std::string>> found;  // by score
  for (const uint32_t function : candidates) {
    const int own = score(function, names, type_name);
    if (own == 0) continue;
    const auto content = heap_.content(function);
    if (!content || content->cut || content->bytes.starts_with("<module> ") ||
        !roles_.is_application_file(code_file(heap_, function)))
      continue;
    found.emplace_back(-own, content->bytes);
  }
  std::ranges::sort(found);
  const auto again = std::ranges::unique(found);
  found.erase(again.begin(), again.end());
  // If some name the container itself, what names only what it is in says nothing; and if many do, neither
  // says much.
  if (!found.empty() && -found.front().first >= kLast)
    std::erase_if(found, [](const auto& entry) { return -entry.first < kLast; });
  else if (found.size() > kMostOfEarlier)
    found.clear();
  std::vector<std::string> told;
  for (auto& [own, place] : found) {
    if (told.size() < kMost) told.push_back(std::move(place));
  }
  return told;
}

}  // namespace heapdump
