#pragma once
#include <string>
#include <vector>

#include "python/heap_layout.h"

namespace heapdump {

// Where the structures of a CPython hold references: of the release that was looked at which is nearest to
// `version` among those that `row` is for.
std::vector<hd_field> find_heap_fields(const CPythonLayout& row, const std::string& version);

}  // namespace heapdump
