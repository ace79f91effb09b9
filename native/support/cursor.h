#pragma once
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace heapdump {

// The bytes do not say what the format requires: damage, or a foreign writer.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Reads the primitives of docs/dump-format.md from a range of bytes; throws Malformed instead of leaving it.
class Cursor {
 public:
  Cursor(const uint8_t* begin, const uint8_t* end) : at_(begin), end_(end) {}
  explicit Cursor(std::string_view bytes)
      : at_(reinterpret_cast<const uint8_t*>(bytes.data())), end_(at_ + bytes.size()) {}

  bool done() const { return at_ == end_; }
  const uint8_t* at() const { return at_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }

  uint8_t u8() {
    if (at_ == end_) fail();
    return *at_++;
  }

  uint64_t varint() {
    if (at_ != end_ && *at_ < 0x80) [[likely]]
      return *at_++;
    if (left() >= 8) [[likely]] {
      uint64_t bytes;
      std::memcpy(&bytes, at_, 8);
      const uint64_t stops = ~bytes & 0x8080808080808080u;
      if (stops != 0) [[likely]] {
        const int bits = __builtin_ctzll(stops) + 1;
        at_ += bits >> 3;
        return gather(bytes & (~uint64_t{0} >> (64 - bits)));
      }
    }
    return slow_varint();
  }

  static int64_t unzigzag(uint64_t value) {
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  int64_t zigzag() { return unzigzag(varint()); }

  std::string_view string() {
    const uint64_t length = varint();
    if (length > left()) fail();
    std::string_view text(reinterpret_cast<const char*>(at_), length);
    at_ += length;
    return text;
  }

  void skip(uint64_t bytes) {
    if (bytes > left()) fail();
    at_ += bytes;
  }

 private:
  // Joins the low seven bits of each of up to eight bytes.
  static uint64_t gather(uint64_t x) {
    x &= 0x7f7f7f7f7f7f7f7fu;
    x = (x & 0x007f007f007f007fu) | ((x & 0x7f007f007f007f00u) >> 1);
    x = (x & 0x00003fff00003fffu) | ((x & 0x3fff00003fff0000u) >> 2);
    return (x & 0x000000000fffffffu) | ((x & 0x0fffffff00000000u) >> 4);
  }

  uint64_t slow_varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = u8();
      if (shift == 63 && byte > 1) fail();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
  }

  [[noreturn]] static void fail() { throw Malformed("a record runs over its end"); }

  const uint8_t* at_;
  const uint8_t* end_;
};

}  // namespace heapdump
