#include "dump/chunk_reader.h"

#include <zlib.h>

#include <cstdio>
#include <cstring>

#include "protocol.h"
#include "support/cursor.h"
#include "support/error.h"

namespace heapdump {
namespace {

constexpr size_t kFileHeader = 16;
constexpr size_t kChunkHeader = 20;
constexpr char kChunkMagic[] = "HDCK";

template <typename T>
T load(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

uint32_t crc(std::span<const uint8_t> bytes) {
  return static_cast<uint32_t>(crc32(0, bytes.data(), static_cast<uInt>(bytes.size())));
}

// What a file is that is not a dump, if its beginning tells.
std::string instead(std::span<const uint8_t> bytes) {
  struct Known {
    const char* magic;
    size_t length;
    const char* what;
  };
  static constexpr Known kKnown[] = {
      {"\x7f"
       "ELF",
       4, "an ELF file (a core dump or a program)"},
      {"SQLite format 3", 15, "an SQLite database"},
      {"HDINDEX", 7, "a heapdump index; give the dump it was made of"},
      {"JAVA PROFILE", 12, "a Java heap dump (HPROF)"},
      {"\x28\xb5\x2f\xfd", 4, "compressed with zstd; decompress it first"},
      {"\xfd"
       "7zXZ",
       5, "compressed with xz; decompress it first"},
      {"BZh", 3, "compressed with bzip2; decompress it first"},
      {"PK\x03\x04", 4, "a zip archive"},
      {"<?xml", 5, "an XML file"},
      {"#!", 2, "a script"},
      {"memray", 6, "a memray capture"},
      {"\x80\x04", 2, "a Python pickle"},
      {"\x80\x05", 2, "a Python pickle"},
      {"{", 1, "a JSON file"},
      {"[", 1, "a JSON file"},
  };
  for (const Known& known : kKnown) {
    if (bytes.size() >= known.length && std::memcmp(bytes.data(), known.magic, known.length) == 0) {
      return known.what;
    }
  }
  const size_t looked_at = std::min<size_t>(bytes.size(), 512);
  for (size_t i = 0; i < looked_at; ++i) {
    if (bytes[i] < 9 || (bytes[i] > 13 && bytes[i] < 32)) return "binary data of another kind";
  }
  return "text";
}

void check_file_header(DumpSource& source) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ExitCode::kUnreadable, source.path() + ": " + why);
  };
  const std::span<const uint8_t> bytes = source.peek(512);
  if (bytes.empty()) refuse(source.stamp().size == 0 ? "is empty, not a heap dump" : "holds no heap dump");
  if (std::memcmp(bytes.data(), "HEAPDUMP", std::min<size_t>(8, bytes.size())) != 0) {
    refuse("is not a heap dump but " + instead(bytes));
  }
  if (bytes.size() < kFileHeader) refuse("is cut off inside the file header");
  if (crc(bytes.first(12)) != load<uint32_t>(bytes.data() + 12)) refuse("has a damaged file header");
  const unsigned format = load<uint16_t>(bytes.data() + 8);
  if (format != HD_FORMAT_VERSION) {
    refuse("is a heap dump of format " + std::to_string(format) + "; this version of heapdump reads format " +
           std::to_string(HD_FORMAT_VERSION));
  }
  const unsigned protocol = load<uint16_t>(bytes.data() + 10);
  if (protocol != HD_PROTOCOL_VERSION) {
    refuse("has records of protocol " + std::to_string(protocol) +
           "; this version of heapdump reads protocol " + std::to_string(HD_PROTOCOL_VERSION));
  }
}

std::string ends_inside(uint64_t at) { return "the file ends inside a chunk at byte " + std::to_string(at); }

bool header_at(std::span<const uint8_t> bytes) {
  if (std::memcmp(bytes.data(), kChunkMagic, 4) != 0) return false;
  const uint32_t kind = load<uint32_t>(bytes.data() + 4);
  return kind >= HD_CHUNK_META && kind <= HD_CHUNK_END && load<uint32_t>(bytes.data() + 8) <= HD_MAX_CHUNK &&
         crc(bytes.first(16)) == load<uint32_t>(bytes.data() + 16);
}

}  // namespace

bool intact(const Chunk& chunk) { return crc(chunk.payload) == chunk.crc; }

Pairs read_pairs(std::span<const uint8_t> payload) {
  Cursor cursor(payload.data(), payload.data() + payload.size());
  Pairs pairs;
  for (uint64_t left = cursor.varint(); left > 0; left--) {
    const std::string_view key = cursor.string();
    pairs.emplace_back(key, cursor.string());
  }
  return pairs;
}

ChunkReader::ChunkReader(DumpSource& source) : source_(source) {
  check_file_header(source);
  advance(kFileHeader);
  const auto refuse = [&](const char* why) {
    throw Error(ExitCode::kUnreadable, source.path() + ": " + why);
  };
  const std::span<const uint8_t> bytes = source.peek(kChunkHeader);
  if (bytes.size() < kChunkHeader) refuse("is cut off before its metadata");
  if (!header_at(bytes)) refuse("has damaged metadata");
  const std::optional<Chunk> chunk = header();
  if (!chunk) refuse("is cut off inside its metadata");
  if (chunk->kind != HD_CHUNK_META || !intact(*chunk)) refuse("has damaged metadata");
  try {
    meta_ = read_pairs(chunk->payload);
  } catch (const Malformed&) {
    refuse("has damaged metadata");
  }
}

std::optional<Chunk> ChunkReader::next() {
  while (!ended_) {
    const std::span<const uint8_t> bytes = source_.peek(kChunkHeader);
    if (bytes.empty()) break;
    const uint64_t at = at_;
    if (bytes.size() < kChunkHeader) {
      report(at, ends_inside(at));
      break;
    }
    if (!header_at(bytes)) {
      const bool found = resynchronise();
      const uint64_t lost = at_ - at + (found ? 0 : source_.peek(kChunkHeader).size());
      report(at, std::to_string(lost) + " bytes at byte " + std::to_string(at) + " are damaged");
      if (!found) break;
    }
    const uint64_t start = at_;
    const std::optional<Chunk> chunk = header();
    if (!chunk) {
      report(start, ends_inside(start));
      break;
    }
    if (chunk->kind == HD_CHUNK_META) {
      report(start,
             "the chunk at byte " + std::to_string(start) + " is metadata, which a dump has only once");
      continue;
    }
    ended_ = chunk->kind == HD_CHUNK_END;
    return chunk;
  }
  ended_ = true;
  return std::nullopt;
}

void ChunkReader::advance(size_t count) {
  source_.advance(count);
  at_ += count;
}

// Takes the chunk whose header is known to be right; none if the file ends inside it.
std::optional<Chunk> ChunkReader::header() {
  const std::span<const uint8_t> head = source_.peek(kChunkHeader);
  Chunk chunk{at_, load<uint32_t>(head.data() + 4), load<uint32_t>(head.data() + 12), {}};
  const size_t length = load<uint32_t>(head.data() + 8);
  const std::span<const uint8_t> whole = source_.peek(kChunkHeader + length);
  if (whole.size() < kChunkHeader + length) return std::nullopt;
  chunk.payload = whole.subspan(kChunkHeader, length);
  advance(kChunkHeader + length);
  return chunk;
}

bool ChunkReader::resynchronise() {
  for (;;) {
    const std::span<const uint8_t> bytes = source_.peek(HD_MAX_CHUNK);
    if (bytes.size() < kChunkHeader) return false;
    const size_t last = bytes.size() - kChunkHeader;
    for (size_t at = 0; at <= last;) {
      const void* found = std::memchr(bytes.data() + at, kChunkMagic[0], last - at + 1);
      if (found == nullptr) break;
      at = static_cast<size_t>(static_cast<const uint8_t*>(found) - bytes.data());
      if (header_at(bytes.subspan(at, kChunkHeader))) {
        advance(at);
        return true;
      }
      at++;
    }
    advance(last + 1);
  }
}

}  // namespace heapdump
