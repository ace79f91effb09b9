#include "capture/number_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "protocol.h"

namespace heapdump {
namespace {

std::string float_text(double value) {
  std::string text;
  append_float(text, std::bit_cast<uint64_t>(value));
  return text;
}

std::string complex_text(double real, double imaginary) {
  std::string text;
  append_complex(text, std::bit_cast<uint64_t>(real), std::bit_cast<uint64_t>(imaginary));
  return text;
}

// What the standard library finds to be the shortest digits, in Python's spelling.
std::string expected(double value) {
  char scientific[64];
  const auto end =
      std::to_chars(scientific, scientific + sizeof scientific, value, std::chars_format::scientific);
  std::string text(scientific, end.ptr);
  const size_t e = text.find('e');
  const int exponent = std::stoi(text.substr(e + 1));
  if (exponent < -4 || exponent >= 16) return text;
  const bool negative = text[0] == '-';
  std::string digits;
  for (char c : text.substr(0, e)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  if (exponent < 0) {
    digits = "0." + std::string(-exponent - 1, '0') + digits;
  } else {
    if (digits.size() < size_t(exponent) + 1) digits.resize(exponent + 1, '0');
    digits.insert(exponent + 1, ".");
    if (digits.back() == '.') digits += '0';
  }
  return (negative ? "-" : "") + digits;
}

void put_varint(std::string& bytes, uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

// The first `sent` digits of it come, or all.
std::string integer_text(const std::vector<uint32_t>& digits, bool negative, size_t limit = 200,
                         size_t sent = SIZE_MAX) {
  const bool partial = sent < digits.size();
  std::string bytes;
  put_varint(bytes,
             digits.size() << 2 | static_cast<uint64_t>(partial) << 1 | static_cast<uint64_t>(negative));
  if (partial) put_varint(bytes, sent);
  const size_t first = partial ? digits.size() - sent : 0;
  bytes.append(reinterpret_cast<const char*>(digits.data() + first), 4 * (digits.size() - first));
  Cursor in(bytes);
  std::string text;
  append_integer(text, in, limit);
  EXPECT_TRUE(in.done());
  return text;
}

std::vector<uint32_t> power_of_two(int exponent) {
  std::vector<uint32_t> digits(exponent / 30 + 1);
  digits.back() = 1u << exponent % 30;
  return digits;
}

TEST(NumberText, FloatsAsPythonWritesThem) {
  EXPECT_EQ(float_text(0.0), "0.0");
  EXPECT_EQ(float_text(-0.0), "-0.0");
  EXPECT_EQ(float_text(1.0), "1.0");
  EXPECT_EQ(float_text(0.1), "0.1");
  EXPECT_EQ(float_text(1e16), "1e+16");
  EXPECT_EQ(float_text(1e15), "1000000000000000.0");
  EXPECT_EQ(float_text(123456.75), "123456.75");
  EXPECT_EQ(float_text(0.0001), "0.0001");
  EXPECT_EQ(float_text(0.00001), "1e-05");
  EXPECT_EQ(float_text(1.5e300), "1.5e+300");
  EXPECT_EQ(float_text(5e-324), "5e-324");
  EXPECT_EQ(float_text(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(float_text(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(float_text(std::nan("")), "nan");
}

TEST(NumberText, ShortestForEveryKindOfFloat) {
  std::mt19937_64 random(1);
  for (int exponent = 0; exponent < 2047; ++exponent) {
    for (uint64_t fraction :
         {uint64_t{0}, uint64_t{1}, (uint64_t{1} << 52) - 1, random() >> 12, random() >> 12}) {
      if (exponent == 0 && fraction == 0) continue;
      const double value = std::bit_cast<double>(uint64_t(exponent) << 52 | fraction);
      ASSERT_EQ(float_text(value), expected(value));
    }
  }
  for (int i = 0; i < 200'000; ++i) {
    const double value =
        double(int64_t(random() % 2'000'000'000) - 1'000'000'000) / double(1 + random() % 10'000);
    if (value != 0) {
      ASSERT_EQ(float_text(value), expected(value));
    }
  }
}

TEST(NumberText, Integers) {
  EXPECT_EQ(integer_text({}, false), "0");
  EXPECT_EQ(integer_text({7}, true), "-7");
  EXPECT_EQ(integer_text({0x3fffffff, 0x3fffffff}, false), "1152921504606846975");
  EXPECT_EQ(integer_text(power_of_two(64), false), "18446744073709551616");
  EXPECT_EQ(integer_text(power_of_two(100), true), "-1267650600228229401496703205376");
  EXPECT_EQ(integer_text(power_of_two(255), false),
            "57896044618658097711785492504343953926634992332820282019728792003956564819968");
  // 10^36, of which a part is nothing but zeros.
  EXPECT_EQ(integer_text({0x0, 0xd2e7c40, 0x3c90715b, 0x3025f39e}, false), "1" + std::string(36, '0'));
}

TEST(NumberText, IntegersBeyond256BitsInHexadecimal) {
  EXPECT_EQ(integer_text(power_of_two(256), false), "0x1" + std::string(64, '0'));
  std::vector<uint32_t> digits(12, 0x2aaaaaaa);
  EXPECT_EQ(integer_text(digits, false), "0x" + std::string(90, 'a'));
}

TEST(NumberText, OfALongIntegerTheFirstDigitsAreEnough) {
  EXPECT_EQ(integer_text(power_of_two(100'000), true, 10, 9), "-0x10000000");  // one more than the limit
  EXPECT_THROW(integer_text(power_of_two(100'000), true, 200, 9), Malformed);
  EXPECT_THROW(integer_text(power_of_two(200), true, 200, 3), Malformed);
  EXPECT_THROW(integer_text(power_of_two(100'000), false, 200, 0), Malformed);
}

TEST(NumberText, IntegersThatCannotBe) {
  const auto refused = [](std::string bytes) {
    Cursor in(bytes);
    std::string text;
    EXPECT_THROW(append_integer(text, in, 200), Malformed);
  };
  refused("");
  refused(std::string(1, 4));                            // a digit that does not come
  refused(std::string("\x06\x02\0\0\0\0\0\0\0\0", 10));  // more digits than it has
  std::string bytes;
  put_varint(bytes, uint64_t{1} << 62 | 2);
  put_varint(bytes, 0);
  refused(bytes);
}

TEST(NumberText, ComplexNumbers) {
  EXPECT_EQ(complex_text(0.0, 1.0), "1j");
  EXPECT_EQ(complex_text(0.0, -0.0), "-0j");
  EXPECT_EQ(complex_text(-0.0, 1.5), "(-0+1.5j)");
  EXPECT_EQ(complex_text(1e16, -2.0), "(1e+16-2j)");
  EXPECT_EQ(complex_text(0.5, std::nan("")), "(0.5+nanj)");
  EXPECT_EQ(complex_text(std::nan(""), -std::numeric_limits<double>::infinity()), "(nan-infj)");
}

}  // namespace
}  // namespace heapdump
