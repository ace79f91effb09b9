#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "heap/category.h"
#include "heap/heap_index.h"
#include "index/greenlet_names.h"
#include "support/names.h"
#include "support/page_array.h"

namespace heapdump {

// The owner of an object: the nearest holder on its path that a person can name, such as a module's global
// (`sys.modules['app'].CACHE`), an attribute of a class (`sys.modules['app'].Meta.registry`) or of a
// thread-local, a cell of a closure (`<function make.<locals>.inner><cell x>`), a local of a function that is
// running or suspended (`<frame serve>.f_locals['x']`), an asyncio task (`<task serve>`) or timer
// (`<timer App.refresh>`), a context variable (`<ContextVar user>`), a suspended greenlet with its stack
// (`<greenlet serve>`); else what the path begins with.
class Owners {
 public:
  explicit Owners(const HeapIndex& heap);

  // A number of the owner, from 1; 0 for garbage. Owners with the same name are one.
  uint32_t of(uint32_t id);
  const std::string& name(uint32_t owner) const { return names_.name(owner); }
  uint32_t count() const { return names_.count(); }

 private:
  // Empty if the object has no name of its own.
  std::string own_name(uint32_t id);
  std::string in_namespace(uint32_t id, uint32_t dict);
  std::string in_closure(uint32_t cell) const;
  std::string task_name(uint32_t task) const;
  std::string timer_name(uint32_t timer) const;
  uint32_t woken_by(uint32_t future) const;
  // Of the suspended greenlet that an object is, or that has it as a frame; empty if there is none.
  std::string_view greenlet_name(uint32_t id) const;

  const HeapIndex& heap_;
  Categories categories_;
  GreenletNames greenlets_;
  std::unordered_map<uint32_t, uint32_t> greenlet_of_frame_;
  PageArray<uint32_t> of_;
  Names names_;
  std::vector<uint32_t> way_;
};

}  // namespace heapdump
