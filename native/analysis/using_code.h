#pragma once
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/leaks.h"
#include "analysis/type_roles.h"
#include "heap/heap_index.h"

namespace heapdump {

// The functions whose code names what things gather in, as it stands in their path: they store there, or
// read. Those come first that name most of the path, that belong to the class (or a class above it) or the
// module of what has the name, and that name the type that gathers; four at most, and none of Python's own.
// Of what a context variable has, those that name the variable. As `put app.py:30`, with the line where each
// begins.
class UsingCode {
 public:
  // All code is gone through once, for the names in the paths of all of them.
  UsingCode(const HeapIndex& heap, const TypeRoles& roles, std::span<const Suspect> suspects);

  std::vector<std::string> of(const Suspect& suspect) const;

 private:
  struct Name {
    std::string_view text;
    uint32_t holder;  // what has the name
  };
  using Functions = std::unordered_set<uint32_t>;

  std::vector<Name> names_to(const Suspect& suspect) const;
  static std::vector<Name> names_on(const Way& way, size_t steps);
  void find_names(uint32_t function, uint32_t code, int depth);
  bool belongs_to(uint32_t function, uint32_t holder) const;
  bool is_beside(uint32_t function, uint32_t holder) const;
  int score(uint32_t function, const std::vector<Name>& names, std::string_view type_name) const;

  const HeapIndex& heap_;
  const TypeRoles& roles_;
  std::unordered_map<std::string, Functions> naming_;  // by name, the functions whose code has it
};

}  // namespace heapdump
