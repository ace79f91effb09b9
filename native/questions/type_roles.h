#pragma once
#include <cstdint>
#include <vector>

#include "index/heap_index.h"

namespace heapdump {

// What a type is to someone who looks for a cause; by row of types().
class TypeRoles {
 public:
  explicit TypeRoles(const HeapIndex& heap);

  // Of the program or of a library that was installed, not of Python itself.
  bool is_application(uint32_t type) const { return roles_[type].application; }
  // Holds what others put in, and says little by itself: dict, list, cell, …
  bool is_container(uint32_t type) const { return roles_[type].container; }
  // Runs code: a task, coroutine, generator, frame.
  bool is_running(uint32_t type) const { return roles_[type].running; }
  bool is_module(uint32_t type) const { return roles_[type].module; }

 private:
  struct Roles {
    bool application = false;
    bool container = false;
    bool running = false;
    bool module = false;
  };
  std::vector<Roles> roles_;
};

}  // namespace heapdump
