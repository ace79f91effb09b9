#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "heap/dict_owners.h"
#include "support/names.h"

namespace heapdump {

// The kind of an object: its type, where a dict of an object's attributes is of the kind `dict of shop.Item`.
// Types of one name are one kind.
class ObjectKinds {
 public:
  ObjectKinds(const HeapIndex& heap, const DictOwners& owners);

  uint32_t of(uint32_t id) const {
    const uint32_t owner = owners_.of(id);
    return owner == kNone ? of_type_[heap_.type(id)] : names_.count() + of_type_[heap_.type(owner)];
  }
  // Of the instances of a type, by its row of types(), but for dicts of attributes.
  uint32_t of_type(uint32_t type) const { return of_type_[type]; }
  // Numbers are below it.
  uint32_t count() const { return 2 * names_.count(); }
  std::string name(uint32_t kind) const {
    return kind < names_.count() ? names_.name(kind) : "dict of " + names_.name(kind - names_.count());
  }

 private:
  const HeapIndex& heap_;
  const DictOwners& owners_;
  Names names_;
  std::vector<uint32_t> of_type_;  // by row of types()
};

}  // namespace heapdump
