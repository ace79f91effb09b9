#pragma once
#include <cstdint>
#include <string>

#include "support/cursor.h"

namespace heapdump {

// Append repr() of a Python number whose bits a payload sent.
void append_float(std::string& text, uint64_t bits);
void append_complex(std::string& text, uint64_t real, uint64_t imaginary);

// An int as HD_NUMBER_INTEGER has it on the pipe. One of up to HD_MAX_DECIMAL_BITS is decimal, a larger one
// hexadecimal and written until `text` is longer than `limit`: Python needs seconds for a million digits.
// Throws Malformed if it has too few digits for that.
void append_integer(std::string& text, Cursor& in, size_t limit);

}  // namespace heapdump
