#pragma once
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// What a type is to someone who looks for a cause; by row of types().
class TypeRoles {
 public:
  explicit TypeRoles(const HeapIndex& heap);

  // Holds what others put in, and says little by itself: dict, list, cell, …
  bool is_container(uint32_t type) const { return roles_[type].container; }
  // A type of the program or of a library that was installed, not of Python itself.
  bool is_application(uint32_t type) const { return roles_[type].application; }
  // Says more of a cause than what it holds: a type of the application, a task, code that runs or waits, a
  // function, an exception.
  bool is_cause(uint32_t type) const { return roles_[type].application || roles_[type].cause; }
  bool is_module(uint32_t type) const { return roles_[type].module; }
  // A file of the program or of a library that was installed.
  bool is_application_file(std::string_view file) const;
  // A file, or a module, of the program, and of no library.
  bool is_own_file(std::string_view file) const;
  bool is_own_module(std::string_view module) const;
  bool is_installed_module(std::string_view module) const;
  // Whether its file is a shared library.
  bool is_extension_module(std::string_view module) const;

 private:
  struct Roles {
    bool application = false;
    bool container = false;
    bool cause = false;
    bool module = false;
  };
  std::vector<Roles> roles_;
  std::unordered_map<std::string_view, std::string_view> files_;  // of modules
  std::string_view standard_;  // folder of Python's own modules; empty if it is not known
};

}  // namespace heapdump
