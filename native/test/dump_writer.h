// Writes dumps for tests and benchmarks, from docs/dump-format.md.
#pragma once
#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol.h"

namespace heapdump::test {

inline void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

inline void AppendString(std::string& out, std::string_view text) {
  AppendVarint(out, text.size());
  out += text;
}

inline uint64_t Zigzag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}

template <typename T>
void AppendFixed(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline uint32_t Crc(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

inline std::string FileHeader(uint16_t format = HD_FORMAT_VERSION, uint16_t protocol = HD_PROTOCOL_VERSION) {
  std::string out = "HEAPDUMP";
  AppendFixed(out, format);
  AppendFixed(out, protocol);
  AppendFixed(out, Crc(out));
  return out;
}

inline std::string ChunkOf(uint32_t kind, std::string_view payload) {
  std::string out = "HDCK";
  AppendFixed(out, kind);
  AppendFixed(out, static_cast<uint32_t>(payload.size()));
  AppendFixed(out, Crc(payload));
  AppendFixed(out, Crc(out));
  return out.append(payload);
}

inline std::string PairsOf(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  AppendVarint(out, pairs.size());
  for (const auto& [key, value] : pairs) {
    AppendString(out, key);
    AppendString(out, value);
  }
  return out;
}

constexpr uint64_t kNull = 0;  // a reference that is not set

struct Object {
  uint32_t shape;
  uint64_t address;
  uint64_t size = 16;
  uint64_t refcount = 1;
  uint8_t flags = 0;
  std::string_view content = {};  // written where the flags say that there is one
};

// The payload of one RECORDS chunk.
class RecordsPayload {
 public:
  bool empty() const { return bytes_.empty(); }
  size_t size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }
  void Clear() {
    bytes_.clear();
    recent_.fill(0);
    previous_ = 0;
  }

  void Type(uint64_t address, std::string_view module, std::string_view name, uint64_t flags = 0) {
    AppendVarint(bytes_, HD_TYPE);
    AppendVarint(bytes_, address);
    AppendVarint(bytes_, flags);
    AppendString(bytes_, module);
    AppendString(bytes_, name);
  }

  void Shape(uint32_t id, uint64_t type, const std::vector<std::pair<uint8_t, std::string>>& named,
             const std::vector<uint8_t>& tail) {
    AppendVarint(bytes_, HD_SHAPE);
    AppendVarint(bytes_, id);
    AppendVarint(bytes_, type);
    AppendVarint(bytes_, named.size());
    for (const auto& [kind, label] : named) {
      bytes_ += static_cast<char>(kind);
      AppendString(bytes_, label);
    }
    AppendVarint(bytes_, tail.size());
    for (const uint8_t kind : tail) bytes_ += static_cast<char>(kind);
  }

  void Objects(uint64_t count) {
    AppendVarint(bytes_, HD_OBJECTS);
    AppendVarint(bytes_, count);
  }

  // One of the objects that Objects() announced.
  template <typename References>
  void Add(const Object& object, const References& references) {
    AppendVarint(bytes_, object.shape);
    AppendVarint(bytes_, Zigzag(static_cast<int64_t>(object.address - previous_) / 8));
    previous_ = object.address;
    AppendVarint(bytes_, object.size);
    AppendVarint(bytes_, object.refcount);
    bytes_ += static_cast<char>(object.flags);
    if ((object.flags & HD_HAS_CONTENT) != 0) AppendString(bytes_, object.content);
    References_(object.address, references);
  }

  template <typename References>
  void More(uint64_t address, uint64_t position, const References& references) {
    AppendVarint(bytes_, HD_REFERENCES);
    AppendVarint(bytes_, address);
    AppendVarint(bytes_, position);
    References_(address, references);
  }

  void Root(uint64_t address, uint8_t kind, std::string_view name) {
    AppendVarint(bytes_, HD_ROOT);
    AppendVarint(bytes_, address);
    bytes_ += static_cast<char>(kind);
    AppendString(bytes_, name);
  }

  void Module(uint64_t address, std::string_view name, std::string_view file) {
    AppendVarint(bytes_, HD_MODULE);
    AppendVarint(bytes_, address);
    AppendString(bytes_, name);
    AppendString(bytes_, file);
  }

  void Thread(uint64_t id, std::string_view name) {
    AppendVarint(bytes_, HD_THREAD);
    AppendVarint(bytes_, id);
    AppendString(bytes_, name);
  }

  void Frame(uint64_t address, uint64_t thread, uint64_t depth, std::string_view function,
             std::string_view file, uint64_t line) {
    AppendVarint(bytes_, HD_FRAME);
    AppendVarint(bytes_, address);
    AppendVarint(bytes_, thread);
    AppendVarint(bytes_, depth);
    AppendString(bytes_, function);
    AppendString(bytes_, file);
    AppendVarint(bytes_, line);
  }

 private:
  template <typename References>
  void References_(uint64_t base, const References& references) {
    AppendVarint(bytes_, references.size());
    for (const uint64_t target : references) {
      if (target == kNull) {
        AppendVarint(bytes_, HD_NULL_REFERENCE);
        continue;
      }
      const uint32_t slot = hd_recent_slot(target);
      if (recent_[slot] == target) {
        AppendVarint(bytes_, slot << 1 | 1);
      } else {
        AppendVarint(bytes_, Zigzag(static_cast<int64_t>(target - base) / 8) << 1);
        recent_[slot] = target;
      }
    }
  }

  std::string bytes_;
  std::array<uint64_t, HD_RECENT_SLOTS> recent_{};
  uint64_t previous_ = 0;
};

inline std::string MetaChunk() {
  return ChunkOf(HD_CHUNK_META,
                 PairsOf({{"dump_id", "00112233445566778899aabbccddeeff"}, {"mode", "fork"}, {"pid", "1"}}));
}

inline std::string EndChunk(uint64_t objects, uint64_t references) {
  return ChunkOf(HD_CHUNK_END, PairsOf({{"status", "ok"},
                                        {"objects", std::to_string(objects)},
                                        {"references", std::to_string(references)}}));
}

inline void WriteFile(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

inline std::string Gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("deflate");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace heapdump::test
