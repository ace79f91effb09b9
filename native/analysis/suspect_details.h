#pragma once
#include <vector>

#include "analysis/joint.h"
#include "analysis/leaks.h"
#include "analysis/type_roles.h"
#include "heap/heap_index.h"
#include "heap/object_tree.h"

namespace heapdump {

// Completes suspects, which stand in their order, the first of them by what is worked out of those alone that
// are read: what they retain together, why they stay, the code that may store them, what there is inside,
// another example, who in C may hold them.
void add_details(const HeapIndex& heap, const ObjectTree& paths, const ObjectTree& dominators, Joint& joint,
                 const TypeRoles& roles, Owners& owners, std::vector<Suspect>& suspects);

}  // namespace heapdump
