#pragma once
#include <algorithm>
#include <string>

#include "sqlite/values.h"
#include "support/error.h"

namespace heapdump {

// Throws Error(kUsage) if it is given and is not an integer of at least 1; more than a number of 32 bits has
// limits nothing.
inline uint32_t limit_argument(const Arguments& arguments, size_t argument, const char* name,
                               uint32_t otherwise) {
  const int64_t value = arguments.integer(argument, otherwise);
  if (value < 1) throw Error(ExitCode::kUsage, std::string(name) + " must be an integer of at least 1");
  return static_cast<uint32_t>(std::min<int64_t>(value, UINT32_MAX));
}

}  // namespace heapdump
