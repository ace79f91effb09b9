#pragma once
#include <vector>

#include "analysis/growth.h"
#include "analysis/leaks.h"
#include "analysis/type_roles.h"

namespace heapdump {

// Of three dumps: tells what comes and goes from what leaks. A suspect is passing if nearly all of its
// objects were replaced since the first dump while they became little more, or if what had come until the
// dump before the last has gone again. Of a place that grew until then by what was put in the place of
// something else (a longer text, a table that is built anew), that growth counts as lasting.
void mark_passing(const HeapIndex& last, const HeapIndex& first, const HeapIndex& before,
                  const Growth& growth, const TypeRoles& roles, std::vector<Suspect>& suspects);

}  // namespace heapdump
