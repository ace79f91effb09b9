#include "sqlite/avoid_argument.h"

#include <algorithm>
#include <charconv>

#include "support/error.h"

namespace heapdump {
namespace {

uint32_t avoided_id(const HeapIndex& heap, std::string_view digits) {
  uint32_t id = kNone;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), id);
  if (error != std::errc() || end != digits.end() || id >= heap.objects()) {
    throw Error(ExitCode::kUsage, "there is no object " + std::string(digits) + " to avoid");
  }
  return id;
}

}  // namespace

Avoid parse_avoid(const HeapIndex& heap, std::string_view text) {
  Avoid avoid;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view term = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t colon = std::min(term.find(':'), term.size());
    const std::string_view what = term.substr(0, colon),
                           value = term.substr(std::min(colon + 1, term.size()));
    if (what == "object") {
      avoid.objects.push_back(avoided_id(heap, value));
    } else if (what == "type") {
      const uint32_t type = heap.type_of_object(avoided_id(heap, value));
      if (type == kNone) throw Error(ExitCode::kUsage, "object " + std::string(value) + " is not a type");
      avoid.types.push_back(type);
    } else if (what == "label") {
      avoid.labels.emplace_back(value);
    } else {
      throw Error(ExitCode::kUsage,
                  "avoid is a list of object:ID, type:ID and label:NAME, not " + std::string(term));
    }
  }
  return avoid;
}

}  // namespace heapdump
