#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace heapdump {

// A message, as the payload would write it, of one pair of the dump's metadata.
std::vector<uint8_t> meta_message(const std::string& key, const std::string& value);

// A message of records.
std::vector<uint8_t> framed(const uint8_t* records, uint32_t length);

}  // namespace heapdump
