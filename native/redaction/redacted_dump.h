#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dump/chunk_reader.h"
#include "dump/dump_source.h"
#include "heap/heap_index.h"
#include "redaction/redaction.h"

namespace heapdump {

// A dump read again from front to back, without what goes.
class RedactedDump {
 public:
  // Throws Error(kUnreadable), and Error(kUsage) for rules that do not fit the dump.
  RedactedDump(const std::string& dump, const std::string& index, const RedactionRules& rules);

  const Pairs& meta() const { return reader_.meta(); }
  // The payload of the next RECORDS chunk; none at the end. What is damaged is left out.
  std::optional<std::vector<uint8_t>> next();
  // What the dump's END says, once next() has given none; nothing if it has none that can be read.
  const Pairs& end() const { return end_; }
  // Chunks that could not be read to their end: what follows that place in them is left out.
  uint64_t cut() const { return cut_; }

 private:
  HeapIndex heap_;
  Redaction redaction_;
  std::unique_ptr<DumpSource> source_;
  ChunkReader reader_;
  Pairs end_;
  uint64_t cut_ = 0;
};

}  // namespace heapdump
