#pragma once
#include <cstdint>
#include <vector>

#include "analysis/growth.h"
#include "analysis/leaks.h"
#include "analysis/type_roles.h"

namespace heapdump {

// Of suspects found with a lower bar: like objects that come steadily are a suspect of any size, unless they
// are above or below a large one, or beside it in the same place. The others, and those of `bar` bytes and
// more, are removed.
void keep_steady(const HeapIndex& heap, const Growth& growth, const TypeRoles& roles,
                 const std::vector<Suspect>& large, int64_t bar, std::vector<Suspect>& small);

}  // namespace heapdump
