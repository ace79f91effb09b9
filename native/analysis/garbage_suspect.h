#pragma once
#include <cstdint>
#include <optional>

#include "analysis/growth.h"
#include "analysis/leaks.h"
#include "analysis/type_roles.h"

namespace heapdump {

// What nothing keeps alive and the collector has not freed, as one suspect, named by the type that has most
// of it, one of the application before others. None if it grew by less than `least` bytes; without `first`,
// if there is less.
std::optional<Suspect> garbage_suspect(const HeapIndex& heap, const Growth& growth, const TypeRoles& roles,
                                       const HeapIndex* first, int64_t least);

}  // namespace heapdump
