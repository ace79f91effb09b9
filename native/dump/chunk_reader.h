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
  uint64_t at;  // of its header in the uncompressed stream
  uint32_t kind;
  uint32_t crc;
  std::span<const uint8_t> payload;  // valid until the next chunk is asked for, unless the source is stable
};

// What is missing or damaged, as a clause for the user.
struct Problem {
  uint64_t at;  // in the uncompressed stream
  std::string what;
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
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::optional<Chunk> header();
  bool resynchronise();
  void advance(size_t count);
  void report(uint64_t at, std::string what) { problems_.push_back({at, std::move(what)}); }

  DumpSource& source_;
  Pairs meta_;
  std::vector<Problem> problems_;
  uint64_t at_ = 0;
  bool ended_ = false;
};

}  // namespace heapdump
