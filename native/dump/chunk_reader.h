#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dump/dump_source.h"

namespace heapdump {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Chunk {
  uint32_t kind;
  uint32_t crc;
  std::span<const uint8_t> payload;  // valid until the next chunk is asked for, unless the source is stable
};

// Whether the payload is what was written.
bool intact(const Chunk& chunk);

// Throws Malformed.
Pairs read_pairs(std::span<const uint8_t> payload);

// Finds the chunks of a dump, over damage, as docs/dump-format.md says under "Damage".
class ChunkReader {
 public:
  // Reads the file header and META. Throws Error(kUnreadable), which says what the file is instead of a dump.
  explicit ChunkReader(DumpSource& source);

  const Pairs& meta() const { return meta_; }
  // The next RECORDS or END chunk with an undamaged header; its payload is not checked. None at the end of
  // the file, or after END.
  std::optional<Chunk> next();
  // Headers found damaged, and a chunk that the end of the file cuts off.
  uint64_t damaged() const { return damaged_; }

 private:
  std::optional<Chunk> header();
  bool resynchronise();

  DumpSource& source_;
  Pairs meta_;
  uint64_t damaged_ = 0;
  bool ended_ = false;
};

}  // namespace heapdump
