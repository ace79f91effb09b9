#pragma once
#include <cstdint>

#include "analysis/growth.h"
#include "analysis/type_roles.h"
#include "heap/heap_index.h"
#include "heap/object_tree.h"

namespace heapdump {

// Objects of one type, one below the other: a linked list, a tree. It is the whole of them that grew, and not
// the place where one of them happens to hold more than the next.
class Chains {
 public:
  Chains(const HeapIndex& heap, const ObjectTree& tree, const Growth& growth, const TypeRoles& roles)
      : heap_(heap), tree_(tree), growth_(growth), roles_(roles) {}

  // Whether `child` of `holder` goes on a chain. `chain` is the type of the nearest holder that is not a
  // container, which may come again below one.
  bool is_link(uint32_t child, uint32_t holder, uint32_t chain) const;

 private:
  bool is_chain(uint32_t link, uint32_t holder) const;
  bool is_nested(uint32_t link, uint32_t holder) const;
  bool has_link_below(uint32_t link) const;

  const HeapIndex& heap_;
  const ObjectTree& tree_;
  const Growth& growth_;
  const TypeRoles& roles_;
};

}  // namespace heapdump
