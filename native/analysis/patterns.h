#pragma once
#include <string_view>

#include "analysis/leaks.h"
#include "analysis/type_roles.h"
#include "analysis/waits.h"
#include "heap/heap_index.h"
#include "heap/object_tree.h"

namespace heapdump {

// Why objects stay, as far as the graph shows it: the first rule that holds of the table in patterns.cc, by
// its name; `object` if there is none. What each means is told where it is shown.
std::string_view pattern_of(const HeapIndex& heap, const ObjectTree& paths, const TypeRoles& roles,
                            const Waits& waits, const Suspect& suspect);

}  // namespace heapdump
