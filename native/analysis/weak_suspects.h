#pragma once
#include <vector>

#include "analysis/leaks.h"

namespace heapdump {

// Weak references that were made for what another suspect has are no suspect of their own, unless they grew
// by more: their growth is told with that one.
void fold_weak_references(const HeapIndex& heap, const TypeRoles& roles, std::vector<Suspect>& suspects);

}  // namespace heapdump
