#include "redaction/redacted_dump.h"

#include "protocol.h"
#include "redaction/redact_records.h"
#include "support/cursor.h"

namespace heapdump {

RedactedDump::RedactedDump(const std::string& dump, const std::string& index, const RedactionRules& rules)
    : heap_(index), redaction_(heap_, rules), source_(DumpSource::open(dump)), reader_(*source_) {}

std::optional<std::vector<uint8_t>> RedactedDump::next() {
  while (const std::optional<Chunk> chunk = reader_.next()) {
    if (!intact(*chunk)) continue;
    if (chunk->kind == HD_CHUNK_END) {
      try {
        end_ = read_pairs(chunk->payload);
      } catch (const Malformed&) {
      }
      return std::nullopt;
    }
    std::vector<uint8_t> records;
    cut_ += !redact_records(chunk->payload, redaction_, records);
    return records;
  }
  return std::nullopt;
}

}  // namespace heapdump
