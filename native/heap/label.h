#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "heap/heap_index.h"

namespace heapdump {

// The label of the reference at a position of an object: a name, an index, or a dict's key as Python shows
// it. None if it is not known.
std::optional<std::string> label_of(const HeapIndex& heap, uint32_t source, uint64_t position);

// A str as Python's repr shows it; an ellipsis stands for what was cut.
std::string repr(std::string_view utf8, bool cut);

// Whether a text may be that of a str with a lone surrogate, which a dump writes as these six characters:
// \udc80. Then it is not known which str it is.
bool may_hold_surrogate(std::string_view utf8);
// Whether a name in a dump is known to be that of the program: the dump cuts long ones.
bool is_exact_name(std::string_view utf8);

struct CodeRange {
  uint32_t first;
  uint32_t last;
};
// Of ranges in ascending order.
bool is_within(std::span<const CodeRange> ranges, uint32_t code);

// Takes one character off the front of `text`; a byte that is not UTF-8 gives 0xdc80 + it, as Python's
// surrogateescape does.
uint32_t take_character(std::string_view& text);

}  // namespace heapdump
