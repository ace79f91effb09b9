#include "capture/record_writer.h"

#include <algorithm>
#include <cstring>

namespace heapdump {

namespace {

constexpr size_t kChunk = 1 << 20;
constexpr size_t kMaxVarint = 10;
// Of one object, before it goes on in a REFERENCES record: a chunk can be cut between.
constexpr uint32_t kMaxReferences = 1 << 16;

uint64_t zigzag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}

}  // namespace

void RecordBuffer::append(const void* from, size_t size) {
  if (size == 0) return;
  reserve(size);
  std::memcpy(bytes_.get() + size_, from, size);
  size_ += size;
}

void RecordBuffer::grow(size_t more) {
  const size_t capacity = std::max(size_ + more, 2 * capacity_);
  std::unique_ptr<uint8_t[]> bytes(new uint8_t[capacity]);
  if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void RecordWriter::record(std::string_view bytes) {
  end_run();
  chunk_.append(bytes.data(), bytes.size());
  cut_if_full();
}

void RecordWriter::object(const ObjectColumns& object) {
  const uint32_t first = std::min(object.references, kMaxReferences);
  run_.reserve(7 * kMaxVarint + object.content.size() + first * kMaxVarint);
  run_.put_varint(object.shape);
  run_.put_varint(zigzag(static_cast<int64_t>(object.address - previous_) / 8));
  previous_ = object.address;
  run_.put_varint(object.size);
  run_.put_varint(object.refcount);
  run_.put_u8(object.flags);
  if (object.flags & HD_HAS_CONTENT) {
    run_.put_varint(object.content.size());
    run_.append(object.content.data(), object.content.size());
  }
  run_.put_varint(first);
  put_references(object.address, object.targets, first);
  run_objects_++;
  cut_if_full();

  for (uint32_t position = first; position < object.references;) {
    end_run();
    const uint32_t count = std::min(object.references - position, kMaxReferences);
    run_.reserve(4 * kMaxVarint + count * kMaxVarint);
    run_.put_varint(HD_REFERENCES);
    run_.put_varint(object.address);
    run_.put_varint(position);
    run_.put_varint(count);
    put_references(object.address, object.targets + 8 * size_t{position}, count);
    position += count;
    chunk_.append(run_.data(), run_.size());
    run_.clear();
    cut_if_full();
  }
}

void RecordWriter::put_references(uint64_t address, const uint8_t* targets, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t target;
    std::memcpy(&target, targets + 8 * size_t{i}, sizeof target);
    if (target == 0) {
      run_.put_varint(HD_NULL_REFERENCE);
      continue;
    }
    const uint32_t slot = hd_recent_slot(target);
    if (recent_[slot] == target) {
      run_.put_varint(slot << 1 | 1);
      continue;
    }
    recent_[slot] = target;
    run_.put_varint(zigzag(static_cast<int64_t>(target - address) / 8) << 1);
  }
}

void RecordWriter::end_run() {
  if (run_objects_ == 0) return;
  chunk_.reserve(2 * kMaxVarint + run_.size());
  chunk_.put_varint(HD_OBJECTS);
  chunk_.put_varint(run_objects_);
  chunk_.append(run_.data(), run_.size());
  run_.clear();
  run_objects_ = 0;
}

void RecordWriter::cut_if_full() {
  if (chunk_.size() + run_.size() >= kChunk) flush();
}

void RecordWriter::chunk(std::vector<uint8_t>&& payload) {
  flush();
  sink_.records(std::move(payload));
}

void RecordWriter::flush() {
  end_run();
  if (chunk_.size() == 0) return;
  std::vector<uint8_t> payload(chunk_.data(), chunk_.data() + chunk_.size());
  chunk_.clear();
  previous_ = 0;
  recent_.fill(0);
  sink_.records(std::move(payload));
}

}  // namespace heapdump
