#include "walk/numbers.h"

// Raffaello Giulietti, "The Schubfach way to render doubles", 2020: a float is the only one in an interval,
// of which the shortest decimal number is sought; `pow10` scales the interval's ends, and they are rounded to
// odd so that comparisons with them stay exact.

struct decimal {
  uint64_t digits;
  int32_t exponent;
};

enum { kFirstPower = -292 };

static const struct {
  uint64_t high, low;
} kPowers[] = {
#include "walk/powers.inc"
};

static int32_t floor_log2_of_power_of_10(int32_t exponent) { return (exponent * 1741647) >> 19; }

static uint64_t scaled_to_odd(int32_t power, uint64_t factor) {
  const __uint128_t low = (__uint128_t)kPowers[power - kFirstPower].low * factor;
  const __uint128_t high = (__uint128_t)kPowers[power - kFirstPower].high * factor + (uint64_t)(low >> 64);
  return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

static struct decimal shortest(uint64_t fraction, int32_t biased_exponent) {
  uint64_t c = fraction;
  int32_t q = 1 - 1075;
  if (biased_exponent != 0) {
    c |= 1ull << 52;
    q = biased_exponent - 1075;
    if (q <= 0 && q > -53 && (c & ((1ull << -q) - 1)) == 0) return (struct decimal){c >> -q, 0};
  }
  const int even = (c & 1) == 0;
  const int lower_is_closer = fraction == 0 && biased_exponent > 1;
  const int32_t k = (q * 1262611 - (lower_is_closer ? 524031 : 0)) >> 22;
  const int32_t h = q + floor_log2_of_power_of_10(-k) + 1;
  const uint64_t lower = scaled_to_odd(-k, (4 * c - 2 + (uint64_t)lower_is_closer) << h) + !even;
  const uint64_t value = scaled_to_odd(-k, (4 * c) << h);
  const uint64_t upper = scaled_to_odd(-k, (4 * c + 2) << h) - !even;
  const uint64_t s = value / 4;
  if (s >= 10) {
    const uint64_t tens = s / 10;
    const int down = lower <= 40 * tens;
    const int up = 40 * tens + 40 <= upper;
    if (down != up) return (struct decimal){tens + (uint64_t)up, k + 1};
  }
  const int down = lower <= 4 * s;
  const int up = 4 * s + 4 <= upper;
  if (down != up) return (struct decimal){s + (uint64_t)up, k};
  const uint64_t middle = 4 * s + 2;
  return (struct decimal){s + (value > middle || (value == middle && (s & 1))), k};
}

// Writes the decimal digits of `value` to the end of `digits[20]`; returns where they begin.
static int to_digits(uint64_t value, uint8_t digits[20]) {
  int first = 20;
  for (; value >= 100; value /= 100) {
    const uint32_t pair = (uint32_t)(value % 100);
    digits[--first] = (uint8_t)('0' + pair % 10);
    digits[--first] = (uint8_t)('0' + pair / 10);
  }
  const uint32_t rest = (uint32_t)value;
  digits[--first] = (uint8_t)('0' + rest % 10);
  if (rest >= 10) digits[--first] = (uint8_t)('0' + rest / 10);
  return first;
}

static void put_number(struct hd_text* text, uint64_t value) {
  uint8_t digits[20];
  const int first = to_digits(value, digits);
  hd_text_put_bytes(text, digits + first, (uint32_t)(20 - first));
}

static void put_zeros(struct hd_text* text, int32_t count) {
  while (count-- > 0) hd_text_put(text, '0');
}

// A point before the digit number `point`, where it has digits on both sides.
static void put_with_point(struct hd_text* text, const uint8_t* digits, int count, int32_t point) {
  const int before = point > 0 && point < count ? point : 0;
  if (before) {
    hd_text_put_bytes(text, digits, (uint32_t)before);
    hd_text_put(text, '.');
  }
  hd_text_put_bytes(text, digits + before, (uint32_t)(count - before));
}

void hd_put_float(struct hd_text* text, uint64_t bits) {
  const uint64_t fraction = bits & ((1ull << 52) - 1);
  const int32_t biased_exponent = (int32_t)(bits >> 52 & 0x7ff);
  if (biased_exponent == 0x7ff && fraction) {
    hd_text_put_string(text, "nan");
    return;
  }
  if (bits >> 63) hd_text_put(text, '-');
  if (biased_exponent == 0x7ff) {
    hd_text_put_string(text, "inf");
    return;
  }
  if (biased_exponent == 0 && fraction == 0) {
    hd_text_put_string(text, "0.0");
    return;
  }
  const struct decimal number = shortest(fraction, biased_exponent);
  uint8_t digits[20];
  const int first = to_digits(number.digits, digits);
  int end = 20;
  while (end > first + 1 && digits[end - 1] == '0') end--;
  const int count = end - first;
  // The number is 0.DIGITS × 10^point; Python writes exponents below -4 and from 16 on.
  const int32_t point = 20 - first + number.exponent;
  if (point > -4 && point <= 16) {
    if (point <= 0) {
      hd_text_put_string(text, "0.");
      put_zeros(text, -point);
    }
    put_with_point(text, digits + first, count, point);
    if (point >= count) {
      put_zeros(text, point - count);
      hd_text_put_string(text, ".0");
    }
    return;
  }
  put_with_point(text, digits + first, count, 1);
  hd_text_put(text, 'e');
  hd_text_put(text, point > 0 ? '+' : '-');
  const uint64_t exponent = (uint64_t)(point > 0 ? point - 1 : 1 - point);
  if (exponent < 10) hd_text_put(text, '0');
  put_number(text, exponent);
}

enum { kDigitBits = 30, kMostDecimalBits = 256, kMostDecimalDigits = (kMostDecimalBits + 29) / 30 };

static uint64_t bit_length(const uint32_t* digits, uint64_t count) {
  return count == 0 ? 0 : kDigitBits * (count - 1) + 32 - (uint64_t)__builtin_clz(digits[count - 1] | 1);
}

// Up to 256 bits.
static void put_decimal(struct hd_text* text, const uint32_t* digits, uint64_t count) {
  const uint64_t kBillion = 1000000000;
  uint32_t rest[kMostDecimalDigits];
  uint32_t parts[kMostDecimalDigits];
  int part_count = 0;
  for (uint64_t i = 0; i < count; i++) rest[i] = digits[i];
  while (count > 2) {
    uint64_t remainder = 0;
    for (uint64_t i = count; i-- > 0;) {
      const uint64_t value = remainder << kDigitBits | rest[i];
      rest[i] = (uint32_t)(value / kBillion);
      remainder = value % kBillion;
    }
    parts[part_count++] = (uint32_t)remainder;
    while (count > 0 && rest[count - 1] == 0) count--;
  }
  put_number(text, (count > 1 ? (uint64_t)rest[1] << kDigitBits : 0) | (count > 0 ? rest[0] : 0));
  while (part_count-- > 0) {
    uint8_t part[20];
    const int first = to_digits(parts[part_count], part);
    put_zeros(text, 9 - (20 - first));
    for (int i = first; i < 20; i++) hd_text_put(text, part[i]);
  }
}

void hd_put_integer(struct hd_text* text, const uint32_t* digits, uint64_t count, int negative) {
  while (count > 0 && digits[count - 1] == 0) count--;
  const uint64_t bits = bit_length(digits, count);
  if (negative) hd_text_put(text, '-');
  if (bits <= kMostDecimalBits) {
    put_decimal(text, digits, count);
    return;
  }
  hd_text_put_string(text, "0x");
  for (uint64_t nibble = (bits + 3) / 4; nibble-- > 0 && !text->cut;) {
    const uint64_t at = 4 * nibble;
    uint64_t value = digits[at / kDigitBits] >> at % kDigitBits;
    if (at % kDigitBits > kDigitBits - 4 && at / kDigitBits + 1 < count) {
      value |= (uint64_t)digits[at / kDigitBits + 1] << (kDigitBits - at % kDigitBits);
    }
    hd_text_put(text, (uint32_t) "0123456789abcdef"[value & 15]);
  }
}
