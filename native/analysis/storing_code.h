#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/leaks.h"
#include "analysis/type_roles.h"
#include "heap/heap_index.h"

namespace heapdump {

// The functions whose code names what things gather in, as it stands in their path: those that name most of
// the path's global and attributes, of one class or module those that belong to it; none of Python's own. As
// `put app.py:30`, with the line where each begins; in alphabetical order. Empty if there are none, or so
// many that they say nothing. That one of them stores the objects is likely, and no more.
class StoringCode {
 public:
  // All code is gone through once, for the names in the paths of all of them.
  StoringCode(const HeapIndex& heap, const TypeRoles& roles, const std::vector<Suspect>& suspects);

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
  int score(uint32_t function, const std::vector<Name>& names, std::string_view type_name) const;

  const HeapIndex& heap_;
  const TypeRoles& roles_;
  std::unordered_map<std::string, Functions> naming_;  // by name, the functions whose code has it
};

}  // namespace heapdump
