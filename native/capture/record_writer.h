#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "protocol.h"

namespace heapdump {

// Where the transcoder's output goes.
class Sink {
 public:
  virtual ~Sink() = default;
  // The payload of one RECORDS chunk, at most HD_MAX_CHUNK bytes.
  virtual void records(std::vector<uint8_t>&& payload) = 0;
  // `known` is 0 if the payload does not count.
  virtual void progress(uint64_t done, uint64_t known) = 0;
};

// Bytes that grow; what is written has been reserved before.
class RecordBuffer {
 public:
  size_t size() const { return size_; }
  const uint8_t* data() const { return bytes_.get(); }
  void clear() { size_ = 0; }

  void reserve(size_t more) {
    if (capacity_ - size_ < more) grow(more);
  }
  void put_u8(uint8_t value) { bytes_[size_++] = value; }
  void put_varint(uint64_t value) {
    while (value >= 0x80) {
      put_u8(static_cast<uint8_t>(value) | 0x80);
      value >>= 7;
    }
    put_u8(static_cast<uint8_t>(value));
  }
  void append(const void* from, size_t size);

 private:
  void grow(size_t more);

  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// The columns of one object; `targets` are `references` little-endian u64, unaligned, 0 for a null reference.
struct ObjectColumns {
  uint64_t shape;
  uint64_t address;
  uint64_t size;
  uint64_t refcount;
  uint8_t flags;
  std::string_view content;
  const uint8_t* targets;
  uint32_t references;
};

// Packs records into RECORDS payloads of about a MiB, objects in the compact form of docs/dump-format.md. The
// caller has checked what it hands over.
class RecordWriter {
 public:
  explicit RecordWriter(Sink& sink) : sink_(sink) {}

  // Longest record, and longest content of an object, that fits in a chunk with all that may stand before it.
  static constexpr size_t kMaxRecord = 8 << 20;

  // A record in the form that it has in the file; not of objects.
  void record(std::string_view bytes);
  void object(const ObjectColumns& object);
  // Becomes a payload by itself: what was packed elsewhere, from a chunk's empty state on.
  void chunk(std::vector<uint8_t>&& payload);
  // The rest of what was written goes to the sink.
  void flush();

 private:
  void put_references(uint64_t address, const uint8_t* targets, uint32_t count);
  void end_run();
  void cut_if_full();

  Sink& sink_;
  RecordBuffer chunk_;
  // The objects of the OBJECTS record that is being written: its count precedes them.
  RecordBuffer run_;
  uint64_t run_objects_ = 0;
  uint64_t previous_ = 0;
  std::array<uint64_t, HD_RECENT_SLOTS> recent_{};
};

}  // namespace heapdump
