// Heaps of any size, for the benchmark and for the shapes that break things, written as they are made.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "test/dump_writer.h"

namespace heapdump::test {

// Writes a dump chunk by chunk, in the order in which the objects come.
class ShapeWriter {
 public:
  static constexpr uint64_t kFirst = 0x7f1000000000;
  static constexpr uint64_t address(uint64_t i) { return kFirst + 48 * i; }
  static constexpr uint64_t type_address(uint32_t type) { return 0x55aa00000000 + 1024 * uint64_t{type}; }

  explicit ShapeWriter(const std::string& path) : out_(path, std::ios::binary | std::ios::trunc) {
    put(file_header() + meta_chunk());
    define_types();
  }

  void object(uint32_t shape, uint64_t i, uint64_t size, std::string_view content,
              const std::vector<uint64_t>& references) {
    add(shape, address(i), size, content, references);
  }

  // More references of the object before.
  void more(uint64_t i, uint64_t position, const std::vector<uint64_t>& references) {
    flush();
    payload_.more(address(i), position, references);
    references_ += references.size();
    flush();
  }

  void root(uint64_t i) { payload_.root(address(i), HD_ROOT_MODULE, "made"); }

  void finish() {
    flush();
    put(end_chunk(objects_, references_));
    if (!out_.flush()) throw std::runtime_error("cannot write the dump");
  }

  enum Shapes : uint32_t { kType, kUser, kDict, kStr, kInt, kList, kFloat, kTuple, kCount };

 private:
  void define_types() {
    static constexpr const char* kNames[kCount] = {"type", "User", "dict",  "str",
                                                   "int",  "list", "float", "tuple"};
    const std::vector<uint8_t> items{HD_REF_ITEM | HD_REF_INDEXED};
    for (uint32_t type = 0; type < kCount; ++type) {
      payload_.type(type_address(type), type == kUser ? "app" : "builtins", kNames[type]);
    }
    for (const uint32_t plain : {kType, kStr, kInt, kFloat})
      payload_.shape(plain, type_address(plain), {}, {});
    payload_.shape(kUser, type_address(kUser), {{HD_REF_ATTRIBUTE, "__dict__"}, {HD_REF_ATTRIBUTE, "name"}},
                   {});
    payload_.shape(kDict, type_address(kDict), {}, {HD_REF_KEY, HD_REF_VALUE});
    for (const uint32_t sequence : {kList, kTuple})
      payload_.shape(sequence, type_address(sequence), {}, items);
    for (uint32_t type = 0; type < kCount; ++type) {
      add(kType, type_address(type), 1064, {}, {});
      payload_.root(type_address(type), HD_ROOT_STATIC, kNames[type]);
    }
  }

  void add(uint32_t shape, uint64_t address, uint64_t size, std::string_view content,
           const std::vector<uint64_t>& references) {
    if (payload_.size() > kChunk) flush();
    const uint8_t flags = content.empty() ? HD_TRACKED : HD_HAS_CONTENT | HD_CONTENT_IS_TEXT;
    payload_.objects(1);
    payload_.add({shape, address, size, kRefcount, flags, content}, references);
    objects_++;
    references_ += references.size();
  }

  void flush() {
    if (!payload_.empty()) put(chunk_of(HD_CHUNK_RECORDS, payload_.bytes()));
    payload_.clear();
  }
  void put(const std::string& bytes) { out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size())); }

  static constexpr size_t kChunk = 1 << 20;
  // Never more than the references that the heap has: nothing is held by C.
  static constexpr uint64_t kRefcount = 0;
  std::ofstream out_;
  RecordsPayload payload_;
  uint64_t objects_ = 0;
  uint64_t references_ = 0;
};

inline uint64_t scramble(uint64_t x) {
  x ^= x >> 31;
  x *= 0x7fb5d329728ea185;
  x ^= x >> 27;
  x *= 0x81dadef4bc2dd44d;
  return x ^ x >> 33;
}

// The list of all instances, as a service has it.
inline void registry(ShapeWriter& out, uint64_t n) {
  constexpr uint64_t kPiece = 100000;
  for (uint64_t first = 0; first < n; first += 8 * kPiece) {
    std::vector<uint64_t> piece;
    for (uint64_t i = first; i < std::min(n, first + 8 * kPiece); i += 8)
      piece.push_back(ShapeWriter::address(i));
    if (first == 0) {
      out.object(ShapeWriter::kList, n, 56 + n, {}, piece);
    } else {
      out.more(n, first / 8, piece);
    }
  }
  out.root(n);
}

// Instances with their dicts, strs, numbers, lists and tuples, 1.75 references each.
inline void mixed_object(ShapeWriter& out, uint64_t i, uint64_t n) {
  const auto at = [&](uint64_t j) { return ShapeWriter::address(j < n ? j : j % n); };
  const auto hot = [&](uint64_t key) { return at(8 * (scramble(key) % 64) + 2); };
  char text[32];
  switch (i % 8) {
    case 0:
      return out.object(ShapeWriter::kUser, i, 48, {}, {at(i + 1), at(i + 2)});
    case 1:
      return out.object(ShapeWriter::kDict, i, 232, {},
                        {hot(i), at(i + 1), hot(i + 1), at(i + 2), hot(i + 2), at(i + 5)});
    case 2:
    case 7:
      return out.object(ShapeWriter::kStr, i, 60,
                        {text, static_cast<size_t>(std::snprintf(text, sizeof text, "user-%lu", i))}, {});
    case 3:
      return out.object(ShapeWriter::kInt, i, 28,
                        {text, static_cast<size_t>(std::snprintf(text, sizeof text, "%lu", i))}, {});
    case 4:
      return out.object(ShapeWriter::kList, i, 72 + i % 64, {},
                        {at(i + 1), at(i < 1000 ? i : i - scramble(i) % 1000)});
    case 5:
      return out.object(
          ShapeWriter::kFloat, i, 24,
          {text, static_cast<size_t>(std::snprintf(text, sizeof text, "0.%lu", scramble(i) % 100000000000))},
          {});
    default:
      return out.object(ShapeWriter::kTuple, i, 64, {}, {at(i - 1), at(i - 2), at(i + 1)});
  }
}

// A heap of about n objects: `mixed` in the order of the addresses, `shuffled` as a collector's lists give it
// after a while, `list` of n strs, `chain` of n lists, `hub` with n referrers, `random` with three references
// each, `cycle` of n lists, `shared` a chain whose links share a few thousand values.
inline void write_shape(const std::string& shape, uint64_t n, const std::string& path) {
  ShapeWriter out(path);
  using S = ShapeWriter;
  const auto at = [](uint64_t i) { return S::address(i); };
  if (shape == "mixed") {
    for (uint64_t i = 0; i < n; ++i) mixed_object(out, i, n);
    registry(out, n);
  } else if (shape == "shuffled") {
    uint64_t bits = 1;
    while ((uint64_t{1} << bits) < n) bits++;
    const uint64_t mask = (uint64_t{1} << bits) - 1;
    for (uint64_t k = 0; k <= mask; ++k) {
      // A permutation that mixes within about a thousand, and moves whole runs about.
      const uint64_t i = (((k >> 10) * 0x9E3779B1 & mask >> 10) << 10 | ((k * 389) & 1023)) & mask;
      if (i < n) mixed_object(out, i, n);
    }
    registry(out, n);
  } else if (shape == "list") {
    constexpr uint64_t kPiece = 100000;
    for (uint64_t first = 0; first < n; first += kPiece) {
      std::vector<uint64_t> piece;
      for (uint64_t i = first; i < std::min(n, first + kPiece); ++i) piece.push_back(at(i + 1));
      if (first == 0) {
        out.object(S::kList, 0, 56 + 8 * n, {}, piece);
      } else {
        out.more(0, first, piece);
      }
    }
    for (uint64_t i = 1; i <= n; ++i) out.object(S::kStr, i, 50, "x", {});
  } else if (shape == "chain") {
    for (uint64_t i = 0; i < n; ++i) {
      out.object(S::kList, i, 64, {}, i + 1 < n ? std::vector{at(i + 1)} : std::vector<uint64_t>{});
    }
  } else if (shape == "hub") {
    out.object(S::kDict, 0, 64, {}, {});
    std::vector<uint64_t> holders;
    for (uint64_t i = 1; i < n; ++i) {
      out.object(S::kTuple, i, 56, {}, {at(0), i + 1 < n ? at(i + 1) : at(0)});
      if (i % 1000 == 1) holders.push_back(at(i));
    }
    out.object(S::kList, n, 56 + 8 * holders.size(), {}, holders);
    out.root(n);
  } else if (shape == "random") {
    for (uint64_t i = 0; i < n; ++i) {
      out.object(S::kTuple, i, 64, {},
                 {at(scramble(2 * i) % n), at(scramble(2 * i + 1) % n), at(i + 1 < n ? i + 1 : 0)});
    }
  } else if (shape == "cycle") {
    for (uint64_t i = 0; i < n; ++i) out.object(S::kList, i, 64, {}, {at(i + 1 < n ? i + 1 : 0)});
  } else if (shape == "shared") {
    const uint64_t values = std::min<uint64_t>(n / 4, 5000), links = n - values;
    for (uint64_t i = 0; i < links; ++i) {
      const uint64_t value = links + scramble(i) % values;
      out.object(S::kTuple, i, 56, {},
                 i + 1 < links ? std::vector{at(i + 1), at(value)} : std::vector{at(value)});
    }
    for (uint64_t i = links; i < n; i++)
      out.object(S::kTuple, i, 56, {}, {at(i), at(i + 1 < n ? i + 1 : links)});
  } else {
    throw std::invalid_argument("no shape " + shape);
  }
  out.root(0);
  out.finish();
}

}  // namespace heapdump::test
