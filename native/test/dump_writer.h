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

inline void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

inline void append_string(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out += text;
}

inline uint64_t zigzag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}

template <typename T>
void append_fixed(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline uint32_t crc(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

inline std::string file_header(uint16_t format = HD_FORMAT_VERSION, uint16_t protocol = HD_PROTOCOL_VERSION) {
  std::string out = "HEAPDUMP";
  append_fixed(out, format);
  append_fixed(out, protocol);
  append_fixed(out, crc(out));
  return out;
}

inline std::string chunk_of(uint32_t kind, std::string_view payload) {
  std::string out = "HDCK";
  append_fixed(out, kind);
  append_fixed(out, static_cast<uint32_t>(payload.size()));
  append_fixed(out, crc(payload));
  append_fixed(out, crc(out));
  return out.append(payload);
}

inline std::string pairs_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  append_varint(out, pairs.size());
  for (const auto& [key, value] : pairs) {
    append_string(out, key);
    append_string(out, value);
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
  std::string_view content = {};  // written if the flags say that there is one
};

// The payload of one RECORDS chunk.
class RecordsPayload {
 public:
  bool empty() const { return bytes_.empty(); }
  size_t size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }
  void clear() {
    bytes_.clear();
    recent_.fill(0);
    previous_ = 0;
  }

  void type(uint64_t address, std::string_view module, std::string_view name, uint64_t flags = 0) {
    append_varint(bytes_, HD_TYPE);
    append_varint(bytes_, address);
    append_varint(bytes_, flags);
    append_string(bytes_, module);
    append_string(bytes_, name);
  }

  void shape(uint32_t id, uint64_t type, const std::vector<std::pair<uint8_t, std::string>>& named,
             const std::vector<uint8_t>& tail) {
    append_varint(bytes_, HD_SHAPE);
    append_varint(bytes_, id);
    append_varint(bytes_, type);
    append_varint(bytes_, named.size());
    for (const auto& [kind, label] : named) {
      bytes_ += static_cast<char>(kind);
      append_string(bytes_, label);
    }
    append_varint(bytes_, tail.size());
    for (const uint8_t kind : tail) bytes_ += static_cast<char>(kind);
  }

  void objects(uint64_t count) {
    append_varint(bytes_, HD_OBJECTS);
    append_varint(bytes_, count);
  }

  // One of the objects that Objects() announced.
  template <typename References>
  void add(const Object& object, const References& references) {
    append_varint(bytes_, object.shape);
    append_varint(bytes_, zigzag(static_cast<int64_t>(object.address - previous_) / 8));
    previous_ = object.address;
    append_varint(bytes_, object.size);
    append_varint(bytes_, object.refcount);
    bytes_ += static_cast<char>(object.flags);
    if ((object.flags & HD_HAS_CONTENT) != 0) append_string(bytes_, object.content);
    append_references(object.address, references);
  }

  template <typename References>
  void more(uint64_t address, uint64_t position, const References& references) {
    append_varint(bytes_, HD_REFERENCES);
    append_varint(bytes_, address);
    append_varint(bytes_, position);
    append_references(address, references);
  }

  void root(uint64_t address, uint8_t kind, std::string_view name) {
    append_varint(bytes_, HD_ROOT);
    append_varint(bytes_, address);
    bytes_ += static_cast<char>(kind);
    append_string(bytes_, name);
  }

  void module(uint64_t address, std::string_view name, std::string_view file) {
    append_varint(bytes_, HD_MODULE);
    append_varint(bytes_, address);
    append_string(bytes_, name);
    append_string(bytes_, file);
  }

  void thread(uint64_t id, std::string_view name) {
    append_varint(bytes_, HD_THREAD);
    append_varint(bytes_, id);
    append_string(bytes_, name);
  }

  void frame(uint64_t address, uint64_t thread, uint64_t depth, std::string_view function,
             std::string_view file, uint64_t line) {
    frame(HD_FRAME, address, thread, depth, function, file, line);
  }
  void greenlet_frame(uint64_t address, uint64_t greenlet, uint64_t depth, std::string_view function,
                      std::string_view file, uint64_t line) {
    frame(HD_GREENLET_FRAME, address, greenlet, depth, function, file, line);
  }

  void suspended(uint64_t address, bool has_begun, uint64_t line, uint64_t awaited) {
    append_varint(bytes_, HD_SUSPENDED);
    append_varint(bytes_, 1);
    append_varint(bytes_, zigzag(static_cast<int64_t>(address) / 8));
    append_varint(bytes_, line << 1 | uint64_t{has_begun});
    append_varint(bytes_, awaited == 0 ? 0 : zigzag(static_cast<int64_t>(awaited - address) / 8));
  }

  void finalizer(uint64_t type, uint8_t kind) {
    append_varint(bytes_, HD_FINALIZER);
    append_varint(bytes_, type);
    bytes_ += static_cast<char>(kind);
  }

  void finalized(uint64_t address) {
    append_varint(bytes_, HD_FINALIZED);
    append_varint(bytes_, 1);
    append_varint(bytes_, zigzag(static_cast<int64_t>(address) / 8));
  }

  void unreported(uint64_t shape, uint8_t also, const std::vector<uint64_t>& positions) {
    append_varint(bytes_, HD_UNREPORTED);
    append_varint(bytes_, shape);
    bytes_ += static_cast<char>(also);
    append_varint(bytes_, positions.size());
    uint64_t previous = 0;
    for (const uint64_t position : positions) {
      append_varint(bytes_, position - previous);
      previous = position;
    }
  }

 private:
  void frame(uint64_t kind, uint64_t address, uint64_t owner, uint64_t depth, std::string_view function,
             std::string_view file, uint64_t line) {
    append_varint(bytes_, kind);
    append_varint(bytes_, address);
    append_varint(bytes_, owner);
    append_varint(bytes_, depth);
    append_string(bytes_, function);
    append_string(bytes_, file);
    append_varint(bytes_, line);
  }

  template <typename References>
  void append_references(uint64_t base, const References& references) {
    append_varint(bytes_, references.size());
    for (const uint64_t target : references) {
      if (target == kNull) {
        append_varint(bytes_, HD_NULL_REFERENCE);
        continue;
      }
      const uint32_t slot = hd_recent_slot(target);
      if (recent_[slot] == target) {
        append_varint(bytes_, slot << 1 | 1);
      } else {
        append_varint(bytes_, zigzag(static_cast<int64_t>(target - base) / 8) << 1);
        recent_[slot] = target;
      }
    }
  }

  std::string bytes_;
  std::array<uint64_t, HD_RECENT_SLOTS> recent_{};
  uint64_t previous_ = 0;
};

inline std::string meta_chunk(const std::string& mode = "fork") {
  return chunk_of(HD_CHUNK_META, pairs_of({{"dump_id", "00112233445566778899aabbccddeeff"},
                                           {"mode", mode},
                                           {"pid", "1"},
                                           {"python_version", "3.11.7"},
                                           {mode == "python" ? "no_collection" : "collection", "known"}}));
}

inline std::string end_chunk(uint64_t objects, uint64_t references, const std::string& status = "ok") {
  return chunk_of(HD_CHUNK_END, pairs_of({{"status", status},
                                          {"objects", std::to_string(objects)},
                                          {"references", std::to_string(references)}}));
}

inline void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

inline std::string gzip(std::string_view bytes) {
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
