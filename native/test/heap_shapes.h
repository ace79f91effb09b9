// Heaps of any size, for the benchmark and for the shapes that break things, written as they are made.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "test/heap_builder.h"

namespace heapdump::test {

// A dump whose objects are written as they are made, in any order.
class HeapFile {
 public:
  enum Number : uint32_t { kUser = 1, kDict, kStr, kInt, kList, kFloat, kTuple, kFirst };

  explicit HeapFile(const std::string& path) : out_(path, std::ios::binary | std::ios::trunc), writer_(out_) {
    HeapBuilder types;
    for (const char* name : {"app.User", "dict", "str", "int", "list", "float", "tuple"}) {
      types.static_type(name);
    }
    types.write(writer_);
  }

  // The number of object i, the first of which comes after the types.
  static constexpr uint32_t at(uint64_t i) { return kFirst + static_cast<uint32_t>(i); }
  static HeapObject object(uint32_t type, uint64_t i) { return {at(i), type}; }
  void write(const HeapObject& object) { writer_.write(object); }
  void write(uint32_t type, uint64_t i, uint64_t size, const std::vector<uint32_t>& items) {
    write(object(type, i).size(size).items(items));
  }
  void write(uint32_t type, uint64_t i, uint64_t size, std::string_view text) {
    write(object(type, i).size(size).untracked().content(text, HD_CONTENT_IS_TEXT));
  }
  void root(uint64_t i) { writer_.root(at(i), HD_ROOT_MODULE, "made"); }
  void finish() { writer_.finish(); }

 private:
  std::ofstream out_;
  HeapWriter writer_;
};

using enum HeapFile::Number;

inline uint64_t scramble(uint64_t x) {
  x ^= x >> 31;
  x *= 0x7fb5d329728ea185;
  x ^= x >> 27;
  x *= 0x81dadef4bc2dd44d;
  return x ^ x >> 33;
}

// The list of all instances, as a service has it.
inline void registry(HeapFile& out, uint64_t n) {
  std::vector<uint32_t> instances;
  for (uint64_t i = 0; i < n; i += 8) instances.push_back(out.at(i));
  out.write(kList, n, 56 + n, instances);
  out.root(n);
}

// Instances with their dicts, strs, numbers, lists and tuples, 1.75 references each.
inline void mixed_object(HeapFile& out, uint64_t i, uint64_t n) {
  const auto at = [&](uint64_t j) { return out.at(j < n ? j : j % n); };
  const auto hot = [&](uint64_t key) { return at(8 * (scramble(key) % 64) + 2); };
  char buffer[32];
  const auto text = [&](const char* format, uint64_t number) {
    return std::string_view(buffer, std::snprintf(buffer, sizeof buffer, format, number));
  };
  switch (i % 8) {
    case 0:
      return out.write(
          out.object(kUser, i).size(48).attribute("__dict__", at(i + 1)).attribute("name", at(i + 2)));
    case 1:
      return out.write(out.object(kDict, i)
                           .size(232)
                           .entry(hot(i), at(i + 1))
                           .entry(hot(i + 1), at(i + 2))
                           .entry(hot(i + 2), at(i + 5)));
    case 2:
    case 7:
      return out.write(kStr, i, 60, text("user-%lu", i));
    case 3:
      return out.write(kInt, i, 28, text("%lu", i));
    case 4:
      return out.write(kList, i, 72 + i % 64, {at(i + 1), at(i < 1000 ? i : i - scramble(i) % 1000)});
    case 5:
      return out.write(kFloat, i, 24, text("0.%lu", scramble(i) % 100000000000));
    default:
      return out.write(kTuple, i, 64, {at(i - 1), at(i - 2), at(i + 1)});
  }
}

// A heap of about n objects: `mixed` in the order of the addresses, `shuffled` as a collector's lists give it
// after a while, `list` of n strs, `chain` of n lists, `hub` with n referrers, `random` with three references
// each, `cycle` of n lists, `shared` a chain whose links share a few thousand values.
inline void write_shape(const std::string& shape, uint64_t n, const std::string& path) {
  HeapFile out(path);
  const auto at = HeapFile::at;
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
    std::vector<uint32_t> strs;
    for (uint64_t i = 1; i <= n; ++i) strs.push_back(at(i));
    out.write(kList, 0, 56 + 8 * n, strs);
    for (uint64_t i = 1; i <= n; ++i) out.write(kStr, i, 50, "x");
  } else if (shape == "chain") {
    for (uint64_t i = 0; i < n; ++i) {
      out.write(kList, i, 64, i + 1 < n ? std::vector{at(i + 1)} : std::vector<uint32_t>{});
    }
  } else if (shape == "hub") {
    out.write(out.object(kDict, 0).size(64).holds({HD_REF_KEY, HD_REF_VALUE}, {}));
    std::vector<uint32_t> holders;
    for (uint64_t i = 1; i < n; ++i) {
      out.write(kTuple, i, 56, {at(0), i + 1 < n ? at(i + 1) : at(0)});
      if (i % 1000 == 1) holders.push_back(at(i));
    }
    out.write(kList, n, 56 + 8 * holders.size(), holders);
    out.root(n);
  } else if (shape == "random") {
    for (uint64_t i = 0; i < n; ++i) {
      out.write(kTuple, i, 64,
                {at(scramble(2 * i) % n), at(scramble(2 * i + 1) % n), at(i + 1 < n ? i + 1 : 0)});
    }
  } else if (shape == "cycle") {
    for (uint64_t i = 0; i < n; ++i) out.write(kList, i, 64, {at(i + 1 < n ? i + 1 : 0)});
  } else if (shape == "shared") {
    const uint64_t values = std::min<uint64_t>(n / 4, 5000), links = n - values;
    for (uint64_t i = 0; i < links; ++i) {
      const uint64_t value = links + scramble(i) % values;
      out.write(kTuple, i, 56, i + 1 < links ? std::vector{at(i + 1), at(value)} : std::vector{at(value)});
    }
    for (uint64_t i = links; i < n; i++) out.write(kTuple, i, 56, {at(i), at(i + 1 < n ? i + 1 : links)});
  } else {
    throw std::invalid_argument("no shape " + shape);
  }
  out.root(0);
  out.finish();
}

}  // namespace heapdump::test
