#pragma once
#include <span>
#include <string>
#include <vector>

#include "walk/layout.h"

namespace heapdump {

// A types file (docs/types.md).
struct TypesFile {
  std::string name;
  std::string text;
  bool is_given = false;  // by the user
};

// As the walker takes it: a declaration has a slice of the statements, and each formula a slice of the steps.
struct TypeDeclarations {
  std::vector<hd_declaration> types;
  std::vector<hd_declared> statements;
  std::vector<hd_formula_step> steps;
};

// What is declared for a version of Python, such as "3.11.7". What comes first is taken first. Throws
// Error(kUsage) that names the file, the line and what is wrong.
TypeDeclarations compile_types(std::span<const TypesFile> files, const std::string& version);

}  // namespace heapdump
