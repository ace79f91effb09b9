#pragma once
#include <string_view>

namespace heapdump {

// Whether Python takes a text (UTF-8) for a name after a dot. Of what is not ASCII only the letters of some
// scripts that no normal form changes: Python normalizes names, and looks for another one then.
bool is_python_name(std::string_view text);

}  // namespace heapdump
