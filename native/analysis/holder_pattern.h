#pragma once
#include <cstdint>
#include <vector>

#include "analysis/grouping.h"
#include "heap/avoid.h"
#include "support/bits.h"

namespace heapdump {

// Why a row of a pattern has no rows below it.
enum class PatternEnd : uint8_t {
  kNone,   // it has
  kSame,   // the same objects are a row above, or are in the pattern of one
  kRoot,   // no object holds them
  kStop,   // modules, types, code or frames
  kDepth,  // what holds them is not shown
};

// The objects of one kind that hold objects of the row above.
struct PatternRow {
  uint32_t parent = kNone;  // row
  uint32_t depth = 0;
  uint32_t rank = 0;      // among the kinds of holders of the row above, those of most bytes first
  uint32_t kind = kNone;  // of ObjectKinds; kNone of the first row, if that has objects of several kinds
  uint64_t count = 0;
  uint64_t size = 0;         // bytes
  uint64_t roots = 0;        // of them that a root holds by itself
  uint32_t example = kNone;  // the lowest id
  PatternEnd end = PatternEnd::kNone;
  uint32_t same = kNone;  // row, of kSame
  uint64_t more = 0;      // kinds of holders without a row, since there are too many
};

struct PatternLimits {
  uint32_t depth;
  uint32_t breadth;  // kinds of holders of one row
  // Levels beyond the first are left out until there are no more rows than these.
  uint32_t rows;
};

// What holds the objects of a set, by its kind, and what holds that, and so on, depth first: heapy's
// reference pattern. A `__dict__` is one with its owner. No row is of what is avoided.
std::vector<PatternRow> holder_pattern(Groupings& groupings, const Bits& set, const PatternLimits& limits,
                                       const Avoid& avoid);

}  // namespace heapdump
