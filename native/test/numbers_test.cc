#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

extern "C" {
#include "walk/numbers.h"
}

namespace {

std::string take(const hd_text& text) { return {reinterpret_cast<const char*>(text.bytes), text.length}; }

std::string float_text(double value) {
  uint8_t bytes[64];
  hd_text text{bytes, 0, sizeof bytes, 0};
  hd_put_float(&text, std::bit_cast<uint64_t>(value));
  return take(text);
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

std::string integer_text(std::vector<uint32_t> digits, bool negative, uint32_t limit = 200,
                         bool* cut = nullptr) {
  std::vector<uint8_t> bytes(limit);
  hd_text text{bytes.data(), 0, limit, 0};
  hd_put_integer(&text, digits.data(), digits.size(), negative);
  if (cut) *cut = text.cut;
  return take(text);
}

std::vector<uint32_t> power_of_two(int exponent) {
  std::vector<uint32_t> digits(exponent / 30 + 1);
  digits.back() = 1u << exponent % 30;
  return digits;
}

TEST(Numbers, FloatsAsPythonWritesThem) {
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

TEST(Numbers, ShortestForEveryKindOfFloat) {
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

TEST(Numbers, Integers) {
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

TEST(Numbers, IntegersBeyond256BitsInHexadecimal) {
  EXPECT_EQ(integer_text(power_of_two(256), false), "0x1" + std::string(64, '0'));
  bool cut = false;
  EXPECT_EQ(integer_text(power_of_two(100'000), true, 10, &cut), "-0x1000000");
  EXPECT_TRUE(cut);
  std::vector<uint32_t> digits(12, 0x2aaaaaaa);
  EXPECT_EQ(integer_text(digits, false), "0x" + std::string(90, 'a'));
}

}  // namespace
