#pragma once
#include <string>
#include <string_view>

namespace heapdump {

// The words of hd_reference_kind and hd_root_kind.
const char* reference_kind_name(unsigned kind);
// hd_reference_kind of a word, or -1.
int reference_kind_named(const std::string& name);
const char* root_kind_name(unsigned kind);
// hd_root_kind, or -1.
int root_kind_named(std::string_view name);

}  // namespace heapdump
