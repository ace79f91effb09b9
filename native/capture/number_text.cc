#include "capture/number_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include "protocol.h"

namespace heapdump {
namespace {

constexpr uint32_t kDigitMask = (1u << HD_DIGIT_BITS) - 1;

// An int's digits on the pipe, lowest first; those below `first` were not sent.
class Digits {
 public:
  Digits(const uint8_t* bytes, uint64_t first, uint64_t count)
      : bytes_(bytes), first_(first), count_(count) {}

  uint64_t count() const { return count_; }
  uint32_t operator[](uint64_t i) const {
    if (i < first_) throw Malformed("an int has too few digits");
    uint32_t digit;
    std::memcpy(&digit, bytes_ + (i - first_) * sizeof digit, sizeof digit);
    return digit & kDigitMask;
  }
  uint64_t bits() const {
    return count_ == 0 ? 0 : HD_DIGIT_BITS * (count_ - 1) + std::bit_width((*this)[count_ - 1]);
  }

 private:
  const uint8_t* bytes_;
  uint64_t first_;
  uint64_t count_;
};

void append_unsigned(std::string& text, uint64_t value) {
  char digits[20];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_decimal(std::string& text, const Digits& digits) {
  if (digits.count() <= 2) {
    uint64_t value = 0;
    for (uint64_t i = digits.count(); i-- > 0;) value = value << HD_DIGIT_BITS | digits[i];
    return append_unsigned(text, value);
  }
  constexpr uint64_t kBillion = 1'000'000'000;
  constexpr size_t kDigitsOfBillion = 9;
  std::vector<uint32_t> parts;  // to the base of a billion, lowest first
  for (uint64_t i = digits.count(); i-- > 0;) {
    uint64_t carry = digits[i];
    for (uint32_t& part : parts) {
      carry += uint64_t{part} << HD_DIGIT_BITS;
      part = static_cast<uint32_t>(carry % kBillion);
      carry /= kBillion;
    }
    for (; carry > 0; carry /= kBillion) parts.push_back(static_cast<uint32_t>(carry % kBillion));
  }
  append_unsigned(text, parts.empty() ? 0 : parts.back());
  for (size_t i = parts.size(); i-- > 1;) {
    const std::string part = std::to_string(parts[i - 1]);
    text.append(kDigitsOfBillion - part.size(), '0').append(part);
  }
}

void append_hexadecimal(std::string& text, const Digits& digits, size_t limit) {
  text += "0x";
  for (uint64_t nibble = (digits.bits() + 3) / 4; nibble-- > 0 && text.size() <= limit;) {
    const uint64_t digit = 4 * nibble / HD_DIGIT_BITS;
    const uint64_t shift = 4 * nibble % HD_DIGIT_BITS;
    uint32_t value = digits[digit] >> shift;
    if (shift > HD_DIGIT_BITS - 4 && digit + 1 < digits.count()) {
      value |= digits[digit + 1] << (HD_DIGIT_BITS - shift);
    }
    text += "0123456789abcdef"[value & 15];
  }
}

// A part of a complex number has no ".0".
void append_part(std::string& text, uint64_t bits) {
  append_float(text, bits);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
}

}  // namespace

void append_float(std::string& text, uint64_t bits) {
  const auto value = std::bit_cast<double>(bits);
  if (std::isnan(value)) {
    text += "nan";
    return;
  }
  if (std::signbit(value)) text += '-';
  if (std::isinf(value)) {
    text += "inf";
    return;
  }
  // The shortest digits that read back as the number: "1.25e+02".
  char scientific[32];
  const char* const end = std::to_chars(scientific, scientific + sizeof scientific, std::fabs(value),
                                        std::chars_format::scientific)
                              .ptr;
  const std::string_view written(scientific, static_cast<size_t>(end - scientific));
  const size_t e = written.find('e');
  int exponent = 0;
  std::from_chars(&written[e] + (written[e + 1] == '+' ? 2 : 1), end, exponent);
  if (exponent < -4 || exponent >= 16) {
    text += written;
    return;
  }
  char digits[32];
  size_t count = 0;
  for (const char c : written.substr(0, e)) {
    if (c != '.') digits[count++] = c;
  }
  if (exponent < 0) {
    text.append("0.").append(static_cast<size_t>(-exponent - 1), '0').append(digits, count);
    return;
  }
  const auto whole = static_cast<size_t>(exponent) + 1;
  if (count > whole) {
    text.append(digits, whole).append(".").append(digits + whole, count - whole);
  } else {
    text.append(digits, count).append(whole - count, '0').append(".0");
  }
}

void append_complex(std::string& text, uint64_t real, uint64_t imaginary) {
  // repr() leaves out a real part of 0.0, but not one of -0.0.
  const bool both = real != 0;
  if (both) {
    text += '(';
    append_part(text, real);
    const auto value = std::bit_cast<double>(imaginary);
    if (std::isnan(value) || !std::signbit(value)) text += '+';
  }
  append_part(text, imaginary);
  text += both ? "j)" : "j";
}

void append_integer(std::string& text, Cursor& in, size_t limit) {
  const uint64_t header = in.varint();
  const uint64_t count = header >> 2;
  const uint64_t sent = header & 2 ? in.varint() : count;
  if (sent > count || count >> 40) throw Malformed("an impossible int");
  const uint8_t* const bytes = in.at();
  in.skip(sent * sizeof(uint32_t));
  const Digits digits(bytes, count - sent, count);
  if (header & 1) text += '-';
  if (digits.bits() <= HD_MAX_DECIMAL_BITS) {
    append_decimal(text, digits);
  } else {
    append_hexadecimal(text, digits, limit);
  }
}

}  // namespace heapdump
