#include "capture/transcoder.h"

#include <algorithm>
#include <cstring>

#include "capture/number_text.h"
#include "support/error.h"

namespace heapdump {

namespace {

constexpr uint64_t kAddressLimit = uint64_t{1} << 47;
constexpr uint64_t kMaxShapes = 1 << 24;
// A buffer that held a longer one is given back.
constexpr size_t kUsualMessage = 16 << 20;

[[noreturn]] void damaged(const std::string& what) {
  throw Error(ExitCode::kCaptureFailed, "the payload's stream is damaged: " + what);
}

uint64_t address(uint64_t value) {
  if (value == 0 || value % 8 != 0 || value >= kAddressLimit) damaged("an impossible address");
  return value;
}

template <typename T>
uint64_t fixed(Cursor& in) {
  T value;
  const uint8_t* at = in.at();
  in.skip(sizeof value);
  std::memcpy(&value, at, sizeof value);
  return value;
}

uint64_t u32(Cursor& in) { return fixed<uint32_t>(in); }
uint64_t u64(Cursor& in) { return fixed<uint64_t>(in); }

template <typename T>
T element(const uint8_t* column, size_t i) {
  T value;
  std::memcpy(&value, column + i * sizeof value, sizeof value);
  return value;
}

// Skips a column of `count` values of `width` bytes. Neither can make the product overflow: both are below
// 2^33.
const uint8_t* column(Cursor& in, uint64_t count, uint64_t width) {
  const uint8_t* at = in.at();
  in.skip(count * width);
  return at;
}

uint64_t sum(const uint8_t* column, uint64_t count) {
  uint64_t total = 0;
  for (uint64_t i = 0; i < count; ++i) total += element<uint32_t>(column, i);
  return total;
}

}  // namespace

void Transcoder::feed(const uint8_t* bytes, size_t size) {
  while (size > 0) {
    if (ended_) damaged("it goes on after its closing record");
    if (header_size_ < kHeader) {
      header_[header_size_++] = *bytes++;
      --size;
      if (header_size_ < kHeader) continue;
      if (length() > kMaxMessage) damaged("a message of " + std::to_string(length()) + " bytes");
      pending_.reserve(std::min<size_t>(length(), kUsualMessage));
    }
    const size_t take = std::min<size_t>(size, length() - pending_.size());
    pending_.insert(pending_.end(), bytes, bytes + take);
    bytes += take;
    size -= take;
    if (pending_.size() < length()) return;
    try {
      message();
    } catch (const Malformed& error) {
      damaged(error.what());
    }
    header_size_ = 0;
    pending_.clear();
    if (pending_.capacity() > kUsualMessage) pending_.shrink_to_fit();
  }
}

uint32_t Transcoder::length() const { return element<uint32_t>(header_, 0); }

// Compact OBJECTS were packed from a chunk's empty state on: those of a message become a chunk of their own.
void Transcoder::message() {
  Cursor in(pending_.data(), pending_.data() + pending_.size());
  previous_ = 0;
  compact_.clear();
  while (!in.done()) {
    if (ended_) damaged("a record after the closing one");
    const uint8_t* const start = in.at();
    const uint64_t kind = in.varint();
    switch (kind) {
      case HD_COLUMNS:
        columns(in);
        break;
      case HD_META: {
        const std::string_view key = in.string();
        transcript_.meta.emplace_back(key, in.string());
        break;
      }
      case HD_PROGRESS: {
        const uint64_t done = in.varint();
        sink_.progress(done, in.varint());
        break;
      }
      case HD_END:
        end(in);
        break;
      case HD_OBJECTS:
        objects(start, in);
        break;
      default: {
        definition(kind, in);
        const std::string_view record(reinterpret_cast<const char*>(start), in.at() - start);
        if (record.size() > RecordWriter::kMaxRecord) damaged("a record of more than 8 MiB");
        writer_.record(record);
      }
    }
  }
  if (!compact_.empty()) {
    if (compact_.size() > HD_MAX_CHUNK) damaged("a message of more compact objects than a chunk can hold");
    writer_.chunk(std::move(compact_));
    compact_ = {};
  }
  if (ended_) writer_.flush();
}

void Transcoder::columns(Cursor& in) {
  ObjectColumns object{};
  object.shape = u32(in);
  check_shape(object.shape);
  const uint64_t count = u32(in);
  const uint64_t references = u32(in);
  const uint64_t content_bytes = u32(in);
  const uint8_t* addresses = column(in, count, 8);
  const uint8_t* sizes = column(in, count, 8);
  const uint8_t* refcounts = column(in, count, 8);
  const uint8_t* flags = column(in, count, 1);
  const uint8_t* reference_counts = column(in, count, 4);
  const uint8_t* targets = column(in, references, 8);
  const uint8_t* content_lengths = column(in, count, 4);
  const uint8_t* contents = column(in, content_bytes, 1);

  // The sums are checked before any part of a shared column is looked at.
  if (sum(reference_counts, count) != references) damaged("columns whose reference counts do not add up");
  if (sum(content_lengths, count) != content_bytes) damaged("columns whose content lengths do not add up");
  for (uint64_t i = 0; i < references; ++i) {
    const uint64_t target = element<uint64_t>(targets, i);
    if (target == 0) continue;
    address(target);
    transcript_.references++;
  }

  const bool add_values = values_apart_ != nullptr && values_apart_->begin(shapes_[object.shape]);
  for (uint64_t i = 0; i < count; ++i) {
    object.address = address(element<uint64_t>(addresses, i));
    object.size = element<uint64_t>(sizes, i);
    if (add_values) object.size += values_apart_->size(object.address);
    object.refcount = element<uint64_t>(refcounts, i);
    object.flags = flags[i];
    object.content = {reinterpret_cast<const char*>(contents), element<uint32_t>(content_lengths, i)};
    if (object.content.size() > RecordWriter::kMaxRecord) damaged("an object's content of more than 8 MiB");
    if (!object.content.empty() && !(object.flags & HD_HAS_CONTENT)) damaged("content where none is flagged");
    if (!(object.flags & HD_HAS_CONTENT) && object.flags & HD_NUMBER_MASK) damaged("a number in columns");
    object.targets = targets;
    object.references = element<uint32_t>(reference_counts, i);
    writer_.object(object);
    contents += object.content.size();
    targets += 8 * size_t{object.references};
  }
  transcript_.objects += count;
}

void Transcoder::objects(const uint8_t* record, Cursor& in) {
  const uint64_t count = in.varint();
  // All that is written to lies on the stack, where the compiler can keep it in registers.
  Cursor at = in;
  uint64_t previous = previous_;
  uint64_t found = 0;
  uint64_t described = kMaxShapes;
  const uint8_t* copied = record;  // up to here the record is in compact_
  if (compact_.capacity() == 0) compact_.reserve(pending_.size() + pending_.size() / 2);
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t shape = at.varint();
    if (shape != described) check_shape(shape);
    described = shape;
    previous += static_cast<uint64_t>(at.zigzag()) * 8;
    address(previous);
    at.varint();
    at.varint();
    const uint8_t* const flags_at = at.at();
    const uint8_t flags = at.u8();
    if (flags & HD_HAS_CONTENT) {
      at.string();
    } else if (flags & HD_NUMBER_MASK) {
      compact_.insert(compact_.end(), copied, flags_at);
      put_number(flags, at);
      copied = at.at();
    }
    const uint64_t references = at.varint();
    for (uint64_t j = 0; j < references; ++j) {
      const uint64_t reference = at.varint();
      if (reference & 1 && reference > HD_NULL_REFERENCE) damaged("an impossible reference");
      found += reference != HD_NULL_REFERENCE;
    }
  }
  compact_.insert(compact_.end(), copied, at.at());
  in = at;
  previous_ = previous;
  transcript_.references += found;
  transcript_.objects += count;
}

// Flags and content of an object that is a number.
void Transcoder::put_number(uint8_t flags, Cursor& in) {
  number_.clear();
  switch (flags & HD_NUMBER_MASK) {
    case HD_NUMBER_FLOAT:
      append_float(number_, u64(in));
      break;
    case HD_NUMBER_COMPLEX: {
      const uint64_t real = u64(in);
      append_complex(number_, real, u64(in));
      break;
    }
    default:
      append_integer(number_, in, content_limit_);
  }
  flags = (flags & ~HD_NUMBER_MASK) | HD_HAS_CONTENT;
  if (number_.size() > content_limit_) {
    number_.resize(content_limit_);
    flags |= HD_CONTENT_CUT;
  }
  compact_.push_back(flags);
  size_t length = number_.size();
  for (; length >= 0x80; length >>= 7) compact_.push_back(static_cast<uint8_t>(length) | 0x80);
  compact_.push_back(static_cast<uint8_t>(length));
  compact_.insert(compact_.end(), number_.begin(), number_.end());
}

void Transcoder::definition(uint64_t kind, Cursor& in) {
  switch (kind) {
    case HD_TYPE:
      address(in.varint());
      in.varint();
      in.string();
      in.string();
      return;
    case HD_SHAPE:
      return shape(in);
    case HD_ROOT: {
      address(in.varint());
      const uint8_t root = in.u8();
      if (root < HD_ROOT_MODULE || root > HD_ROOT_DATA) damaged("an unknown kind of root");
      in.string();
      return;
    }
    case HD_MODULE:
      address(in.varint());
      in.string();
      in.string();
      return;
    case HD_THREAD:
      in.varint();
      in.string();
      return;
    case HD_FRAME:
    case HD_GREENLET_FRAME:
      if (const uint64_t frame = in.varint(); frame != 0) address(frame);
      if (const uint64_t owner = in.varint(); kind == HD_GREENLET_FRAME) address(owner);
      in.varint();
      in.string();
      in.string();
      in.varint();
      return;
    case HD_MAPPING:
      in.varint();
      in.varint();
      in.u8();
      in.string();
      for (int i = 0; i < 4; ++i) in.varint();
      return;
    case HD_POOL:
      for (int i = 0; i < 6; ++i) in.varint();
      return;
    case HD_MALLOC:
      if (in.u8() > HD_MALLOC_MAPPED) damaged("an unknown kind of malloc's heaps");
      for (int i = 0; i < 4; ++i) in.varint();
      in.string();
      return;
    case HD_CHUNKS:
      if (in.u8() >= HD_USES) damaged("an unknown use of a chunk");
      in.varint();
      if (const uint64_t first = in.varint(); first != 0) name_address(first);
      in.varint();
      in.varint();
      return;
    case HD_FRAME_LOCAL:
      address(in.varint());
      in.varint();
      in.varint();
      in.string();
      return;
    case HD_SUSPENDED: {
      uint64_t object = 0;
      for (uint64_t left = in.varint(); left > 0; --left) {
        object += static_cast<uint64_t>(in.zigzag()) * 8;
        address(object);
        in.varint();
        address(object + static_cast<uint64_t>(in.zigzag()) * 8);
      }
      return;
    }
    case HD_FINALIZER:
      address(in.varint());
      if (const uint8_t kind = in.u8(); kind == 0 || kind > (HD_TP_FINALIZE | HD_TP_DEL))
        damaged("an unknown kind of finalizer");
      return;
    case HD_FINALIZED: {
      uint64_t object = 0;
      for (uint64_t left = in.varint(); left > 0; --left)
        address(object += static_cast<uint64_t>(in.zigzag()) * 8);
      return;
    }
    case HD_UNREPORTED:
      in.varint();
      if (in.u8() > (HD_UNREPORTED_TYPE | HD_UNREPORTED_TAIL)) damaged("an unknown kind of reference");
      for (uint64_t left = in.varint(); left > 0; --left) in.varint();
      return;
    case HD_TYPE_MEMORY:
      address(in.varint());
      for (int i = 0; i < 3; ++i) in.varint();
      return;
    case HD_POSSIBLE_HOLDER:
      address(in.varint());
      in.varint();
      address(in.varint());
      return;
    case HD_SOURCE:
      in.varint();
      in.string();
      return;
    case HD_FUNCTION:
      in.varint();
      in.string();
      in.varint();
      for (uint64_t left = in.varint(); left > 0; --left) {
        in.varint();
        in.varint();
      }
      return;
    case HD_SITE:
      in.varint();
      in.varint();
      for (uint64_t left = in.varint(); left > 0; --left) {
        in.varint();
        in.varint();
      }
      return;
    case HD_ALLOCATED: {
      uint64_t object = 0;
      for (uint64_t left = in.varint(); left > 0; --left) {
        object += static_cast<uint64_t>(in.zigzag()) * 8;
        address(object);
        in.varint();
      }
      return;
    }
    default:
      damaged("an unknown kind of record, " + std::to_string(kind));
  }
}

// A record of its own, once for each.
void Transcoder::name_address(uint64_t address) {
  if (symbols_ == nullptr || !named_.insert(address).second) return;
  const std::string name = symbols_->name_of(address).substr(0, HD_MAX_NAME);
  if (name.empty()) return;
  RecordBuffer record;
  record.reserve(32 + name.size());
  record.put_varint(HD_SYMBOL);
  record.put_varint(address);
  record.put_varint(name.size());
  record.append(name.data(), name.size());
  writer_.record({reinterpret_cast<const char*>(record.data()), record.size()});
}

void Transcoder::shape(Cursor& in) {
  const uint64_t id = in.varint();
  const uint64_t type = address(in.varint());
  const uint64_t named = in.varint();
  for (uint64_t i = 0; i < named; ++i) {
    const uint8_t kind = in.u8();
    if (kind < HD_REF_KEY || kind > HD_REF_OTHER) damaged("an unknown kind of reference");
    in.string();
  }
  const uint64_t tail = in.varint();
  if (tail > 4) damaged("a shape with a tail of more than 4");
  for (uint64_t i = 0; i < tail; ++i) {
    const uint8_t kind = in.u8() & ~HD_REF_INDEXED;
    if (kind < HD_REF_KEY || kind > HD_REF_OTHER) damaged("an unknown kind of reference");
  }
  if (id >= kMaxShapes) damaged("an impossible shape");
  if (id >= shapes_.size()) shapes_.resize(id + 1);
  shapes_[id] = type;
}

void Transcoder::check_shape(uint64_t id) {
  if (id >= shapes_.size() || shapes_[id] == 0) damaged("an object of a shape that was not described");
}

void Transcoder::end(Cursor& in) {
  transcript_.status = in.string();
  promised_objects_ = in.varint();
  promised_references_ = in.varint();
  ended_ = true;
}

Transcript Transcoder::finish() {
  if (!ended_) {
    throw Error(ExitCode::kCaptureFailed, "the payload stopped writing before its closing record");
  }
  const bool whole =
      transcript_.objects == promised_objects_ && transcript_.references == promised_references_;
  if (transcript_.status == "ok" && !whole) {
    damaged("it counts " + std::to_string(promised_objects_) + " objects and " +
            std::to_string(promised_references_) + " references, but " + std::to_string(transcript_.objects) +
            " and " + std::to_string(transcript_.references) + " came");
  }
  return std::move(transcript_);
}

}  // namespace heapdump
