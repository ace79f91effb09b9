#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "python/heap_layout.h"

namespace heapdump {

// Where the structures of a CPython hold references: of the release that was looked at which is nearest to
// `version` among those that `row` is for.
std::vector<hd_field> find_heap_fields(const CPythonLayout& row, const std::string& version);

// Whether a thread's state has a field of that name in some release.
bool is_thread_field(std::string_view name);

}  // namespace heapdump
