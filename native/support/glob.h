#pragma once
#include <string_view>

namespace heapdump {

// Whether a text is as a pattern says: `*` stands for any characters, `?` for one, `[a-z]` for one of these
// and
// `[^a-z]` for one of the others.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace heapdump
