#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "support/error.h"

namespace heapdump {

// A mistake in a set, with its place: characters from 1. src/store/set.ts takes the words apart to show a
// caret.
inline Error set_error(std::string_view text, size_t at, const std::string& what) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  const auto characters = std::ranges::count_if(before, [](char c) { return (c & 0xc0) != 0x80; });
  return Error(ExitCode::kUsage, "SET, character " + std::to_string(characters + 1) + ": " + what);
}

}  // namespace heapdump
