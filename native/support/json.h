#pragma once
#include <string>
#include <string_view>

namespace heapdump {

// UTF-8 as a string of JSON, with its quotes.
std::string json_string(std::string_view utf8);

}  // namespace heapdump
