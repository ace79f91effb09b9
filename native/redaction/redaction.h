#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// What is to go of a dump. Without `types` and `keys` all contents do but names; see docs/commands.md,
// redact.
struct RedactionRules {
  std::vector<std::string> types;  // beginnings of full names: the contents of their instances
  bool keys = false;               // of the keys of dicts that are no names
  bool names = false;              // of names, too
};

// Which texts of a dump go.
class Redaction {
 public:
  // Throws Error(kUsage) for types that the dump has none of.
  Redaction(const HeapIndex& heap, const RedactionRules& rules);

  bool removes_content(uint64_t address) const;
  // Whether names that programs give go: those of threads, and of mapped files that are no libraries.
  bool removes_given_names() const { return all_; }
  bool keeps_path(std::string_view path) const;

 private:
  std::vector<bool> names() const;
  std::vector<bool> keys() const;

  const HeapIndex& heap_;
  bool all_;
  std::vector<bool> removed_;  // by id
  std::set<std::string, std::less<>> libraries_;
};

}  // namespace heapdump
