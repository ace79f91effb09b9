#include "sqlite/values.h"

#include <algorithm>
#include <new>

#include "heap/kind_names.h"

namespace heapdump {

void Interval::restrict(unsigned char op, sqlite3_value* value) {
  const auto none = [&] { low = 1, high = 0; };
  const bool equal = op == SQLITE_INDEX_CONSTRAINT_EQ;
  const bool up = op == SQLITE_INDEX_CONSTRAINT_GT || op == SQLITE_INDEX_CONSTRAINT_GE;
  const bool strict = op == SQLITE_INDEX_CONSTRAINT_GT || op == SQLITE_INDEX_CONSTRAINT_LT;

  uint64_t bound;     // rounded down
  bool exact = true;  // not rounded
  switch (sqlite3_value_numeric_type(value)) {
    case SQLITE_INTEGER: {
      const sqlite3_int64 integer = sqlite3_value_int64(value);
      if (integer < 0) return up ? void() : none();
      bound = static_cast<uint64_t>(integer);
      break;
    }
    case SQLITE_FLOAT: {
      const double real = sqlite3_value_double(value);
      if (real < 0) return up ? void() : none();
      if (real >= 0x1p63) return up || equal ? none() : void();
      bound = static_cast<uint64_t>(real);
      exact = static_cast<double>(bound) == real;
      break;
    }
    case SQLITE_NULL:
      return none();
    default:  // every number is less than a text and a blob
      return up || equal ? none() : void();
  }
  if (equal && !exact) return none();
  if (equal || up) low = std::max(low, strict || !exact ? bound + 1 : bound);
  if (strict && !up && exact && bound == 0) return none();
  if (equal || !up) high = std::min(high, strict && exact ? bound - 1 : bound);
}

uint32_t id_of(sqlite3_value* value, uint32_t objects) {
  if (value == nullptr) return kNone;
  Interval interval;
  interval.restrict(SQLITE_INDEX_CONSTRAINT_EQ, value);
  return !interval.empty() && interval.low < objects ? static_cast<uint32_t>(interval.low) : kNone;
}

std::string text_of(sqlite3_value* value) {
  const auto* text = value == nullptr ? nullptr : reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr ? std::string() : text;
}

int kind_of(sqlite3_value* value) {
  return sqlite3_value_type(value) == SQLITE_TEXT ? reference_kind_named(text_of(value)) : -1;
}

void Arguments::add(sqlite3_value* value) {
  sqlite3_value* copy = value == nullptr ? nullptr : sqlite3_value_dup(value);
  if (value != nullptr && copy == nullptr) throw std::bad_alloc();
  values_.emplace_back(copy);
}

int64_t Arguments::integer(size_t argument, int64_t otherwise) const {
  sqlite3_value* value = (*this)[argument];
  return value == nullptr || sqlite3_value_type(value) == SQLITE_NULL ? otherwise
                                                                      : sqlite3_value_int64(value);
}

}  // namespace heapdump
