#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analysis/type_roles.h"
#include "heap/heap_index.h"

namespace heapdump {

// What belongs to code, and is there from its import on: nothing that a program could have less of.
class CodeParts {
 public:
  CodeParts(const HeapIndex& heap, const TypeRoles& roles);

  // Functions, methods, descriptors, classes, modules and code of Python and of installed libraries; what is
  // made of a function of the program is not.
  bool is_library(uint32_t id) const;
  // Whether nothing but code has it, of the program, too: names, constants, line tables, default arguments,
  // the attributes of functions, what the import system keeps of a module.
  bool is_part(uint32_t id);

 private:
  // Whether instances of that type, a row of types(), belong to code.
  bool is_code_type(uint32_t type) const { return code_[type]; }
  bool is_part(uint32_t id, int depth);
  bool is_code_dict(uint32_t dict) const;
  bool is_name(uint32_t dict, uint64_t position) const;
  bool is_import_machinery(uint32_t dict) const;

  const HeapIndex& heap_;
  const TypeRoles& roles_;
  std::vector<bool> code_;                     // by row of types()
  std::unordered_map<uint32_t, bool> tuples_;  // and dicts; whether code has them
};

}  // namespace heapdump
