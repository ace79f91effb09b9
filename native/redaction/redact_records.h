#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "redaction/redaction.h"

namespace heapdump {

// The payload of a RECORDS chunk without what goes, appended to `out`. False if it is malformed: what follows
// that place is left out, since nobody could tell what is in it.
bool redact_records(std::span<const uint8_t> payload, const Redaction& redaction, std::vector<uint8_t>& out);

}  // namespace heapdump
