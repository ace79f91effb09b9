#pragma once
#include <cstdint>
#include <vector>

#include "analysis/leaks.h"
#include "analysis/type_roles.h"
#include "analysis/waits.h"
#include "heap/owners.h"

namespace heapdump {

// Of tasks, coroutines and generators: in what more than half of them wait, with one chain at one line.
CommonWait common_wait(const HeapIndex& heap, const TypeRoles& roles, const Waits& waits, Owners& owners,
                       const std::vector<uint32_t>& objects);

}  // namespace heapdump
