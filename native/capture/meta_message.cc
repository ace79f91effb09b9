#include "capture/meta_message.h"

#include <cstring>

#include "capture/record_writer.h"
#include "protocol.h"

namespace heapdump {

std::vector<uint8_t> framed(const uint8_t* records, uint32_t length) {
  if (length == 0) return {};
  std::vector<uint8_t> message(sizeof length + length);
  memcpy(message.data(), &length, sizeof length);
  memcpy(message.data() + sizeof length, records, length);
  return message;
}

std::vector<uint8_t> meta_message(const std::string& key, const std::string& value) {
  constexpr size_t kNumbers = 32;
  RecordBuffer out;
  out.reserve(kNumbers + key.size() + value.size());
  out.put_varint(HD_META);
  for (const std::string* text : {&key, &value}) {
    out.put_varint(text->size());
    out.append(text->data(), text->size());
  }
  return framed(out.data(), static_cast<uint32_t>(out.size()));
}

}  // namespace heapdump
